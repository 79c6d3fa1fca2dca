import type { Rule } from '#domain/risk/rule.ts';
import { isNetworkPolicy, isolatedBy, policyDocument } from './network-policy.ts';

export const policyTypesRemoved: Rule = {
  name: 'policy-types-removed',
  severity: 'high',
  sources: [policyDocument('the-two-sorts-of-pod-isolation')],
  between: (before, after) => {
    if (after === undefined || !isNetworkPolicy(after) || !isNetworkPolicy(before)) return [];
    const left = isolatedBy(after);
    return isolatedBy(before)
      .filter((direction) => !left.includes(direction))
      .map((direction) => ({
        says: `pods that this policy isolates no more for ${direction}: it goes from policyTypes`,
        path: ['spec', 'policyTypes'],
      }));
  },
};
