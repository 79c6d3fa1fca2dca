import type { Rule } from '#domain/risk/rule.ts';
import { isNetworkPolicy, policyDocument } from './network-policy.ts';

export const policyDeleted: Rule = {
  name: 'policy-deleted',
  severity: 'high',
  sources: [policyDocument('the-two-sorts-of-pod-isolation')],
  between: (before, after) =>
    after === undefined && isNetworkPolicy(before)
      ? [
          {
            says: 'pods that this policy isolates no more: it is deleted, and a pod that no other selects is open to everything',
            path: [],
          },
        ]
      : [],
};
