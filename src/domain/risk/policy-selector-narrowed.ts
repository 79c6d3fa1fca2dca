import { isNetworkPolicy, wantsOf } from './network-policy.ts';
import { at, quoted } from './read.ts';
import type { Rule } from './rule.ts';

/** A selector that wants something it did not want before selects fewer pods, or others. */
export const policySelectorNarrowed: Rule = {
  name: 'policy-selector-narrowed',
  severity: 'high',
  between: (before, after) => {
    if (after === undefined || !isNetworkPolicy(after) || !isNetworkPolicy(before)) return [];
    const was = wantsOf(at(before, 'spec', 'podSelector'));
    const more = wantsOf(at(after, 'spec', 'podSelector')).filter((want) => !was.includes(want));
    return more.length === 0
      ? []
      : [`pods that this policy isolates no more: its podSelector now wants ${quoted(more.join(', '))}`];
  },
};
