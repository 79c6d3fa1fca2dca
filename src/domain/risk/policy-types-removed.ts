import { isNetworkPolicy, isolatedBy } from './network-policy.ts';
import type { Rule } from './rule.ts';

export const policyTypesRemoved: Rule = {
  name: 'policy-types-removed',
  severity: 'high',
  between: (before, after) => {
    if (after === undefined || !isNetworkPolicy(after) || !isNetworkPolicy(before)) return [];
    const left = isolatedBy(after);
    return isolatedBy(before)
      .filter((direction) => !left.includes(direction))
      .map((direction) => `pods that this policy isolates no more for ${direction}: it goes from policyTypes`);
  },
};
