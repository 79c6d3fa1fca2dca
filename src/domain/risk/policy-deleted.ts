import { isNetworkPolicy } from './network-policy.ts';
import type { Rule } from './rule.ts';

export const policyDeleted: Rule = {
  name: 'policy-deleted',
  severity: 'high',
  between: (before, after) =>
    after === undefined && isNetworkPolicy(before)
      ? ['pods that this policy isolates no more: it is deleted, and a pod that no other selects is open to everything']
      : [],
};
