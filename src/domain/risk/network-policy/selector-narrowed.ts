import { at, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { wantsOf } from '#domain/risk/selector.ts';
import { isNetworkPolicy, policyDocument } from './network-policy.ts';

/** A selector that wants something it did not want before selects fewer pods, or others. */
export const policySelectorNarrowed: Rule = {
  name: 'policy-selector-narrowed',
  severity: 'high',
  sources: [policyDocument('networkpolicy-resource')],
  between: (before, after) => {
    if (after === undefined || !isNetworkPolicy(after) || !isNetworkPolicy(before)) return [];
    const was = wantsOf(at(before, 'spec', 'podSelector'));
    const more = wantsOf(at(after, 'spec', 'podSelector')).filter((want) => !was.includes(want));
    const says = `pods that this policy isolates no more: its podSelector now wants ${quoted(more.join(', '))}`;
    return more.length === 0 ? [] : [{ says, path: ['spec', 'podSelector'] }];
  },
};
