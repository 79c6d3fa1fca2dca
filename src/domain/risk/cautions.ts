import { type Manifest, sayTarget, targetOf } from '#domain/plan.ts';
import type { Risk } from '#domain/policy/policy.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

/** One object before and after; without `before` it is a creation, without `after` a deletion. */
export type Change = { readonly before: Manifest | undefined; readonly after: Manifest | undefined };

/** How risky changes are that are made together, and what to beware of. */
export type Assessment = {
  /** The worst that they introduce. */
  readonly risk: Risk;
  /**
   * One sentence each, the worst of all first: what they introduce, and what was dangerous and stays. What they take away
   * is nothing to beware of. Of several objects each sentence names its own.
   */
  readonly cautions: readonly string[];
};

/** What to beware of in changes that are made together. */
export const assess = (changes: readonly Change[]): Assessment => {
  const found = changes
    .flatMap((change) => rules.flatMap((rule) => judged(rule, change)))
    .sort((one, other) => rank(one) - rank(other));
  const said = found.map(
    ({ isNew, says, of }) => `${isNew ? 'Introduces' : 'Keeps'} ${says}${changes.length > 1 ? ` (${of})` : ''}.`,
  );
  const introduced = new Set(found.filter(({ isNew }) => isNew).map(({ severity }) => severity));
  return {
    risk: introduced.has('critical') ? 'critical' : introduced.has('high') ? 'high' : 'none',
    cautions: [...new Set(said)],
  };
};

const judged = (rule: Rule, { before, after }: Change): readonly Ranked[] => {
  const one = after ?? before;
  const of = one === undefined ? '' : sayTarget(targetOf(one));
  return judge(rule, before, after).map((each) => ({ ...each, severity: rule.severity, of }));
};

type Judged = { readonly isNew: boolean; readonly says: string };
type Ranked = Judged & Pick<Rule, 'severity'> & { readonly of: string };

const judge = (rule: Rule, before: Manifest | undefined, after: Manifest | undefined): readonly Judged[] => {
  if ('between' in rule)
    return before === undefined ? [] : rule.between(before, after).map((says) => ({ isNew: true, says }));
  const there = new Set(before === undefined ? [] : rule.inside(before).map(({ key }) => key));
  return (after === undefined ? [] : rule.inside(after)).map(({ key, says }) => ({ isNew: !there.has(key), says }));
};

/** What is introduced is what an approver decides about: before what stays, if it is as bad. */
const rank = ({ isNew, severity }: Ranked): number => (severity === 'critical' ? 0 : 2) + (isNew ? 0 : 1);
