import type { Manifest } from '#domain/plan.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

/**
 * What to beware of in a change of one object, one sentence each, the worst first: what it introduces, and what was
 * dangerous and stays. What it takes away is nothing to beware of. Without `before` it is a creation, without `after` a deletion.
 */
export const cautionsOf = (before: Manifest | undefined, after: Manifest | undefined): readonly string[] => {
  const said = rules
    .flatMap((rule) => judge(rule, before, after).map((one) => ({ ...one, severity: rule.severity })))
    .sort((one, other) => rank(one) - rank(other))
    .map(({ isNew, says }) => `${isNew ? 'Introduces' : 'Keeps'} ${says}.`);
  return [...new Set(said)];
};

type Judged = { readonly isNew: boolean; readonly says: string };

const judge = (rule: Rule, before: Manifest | undefined, after: Manifest | undefined): readonly Judged[] => {
  if ('between' in rule)
    return before === undefined ? [] : rule.between(before, after).map((says) => ({ isNew: true, says }));
  const there = new Set(before === undefined ? [] : rule.inside(before).map(({ key }) => key));
  return (after === undefined ? [] : rule.inside(after)).map(({ key, says }) => ({ isNew: !there.has(key), says }));
};

/** What is introduced is what an approver decides about: before what stays, if it is as bad. */
const rank = ({ isNew, severity }: Judged & Pick<Rule, 'severity'>): number =>
  (severity === 'critical' ? 0 : 2) + (isNew ? 0 : 1);
