import { err, ok, type Result } from '#domain/result.ts';
import { appliesTo, type Policy, type Question, type Rule } from './policy.ts';

/** Why a rule did not let somebody ask. */
export type Passed = {
  readonly rule: string;
  readonly why: 'speaks of something else' | 'requester not in its groups';
};

/** No rule lets this person ask this; each rule says why not. */
export type NotAllowed = { readonly type: 'not-allowed'; readonly passed: readonly Passed[] };

/**
 * Finds the rule that decides: the first, in the file's order, that speaks of what is asked and lets this person ask.
 * `groups` are the policy's groups that the person is in; one that could not be looked up is simply not there.
 */
export const judge = (policy: Policy, question: Question, groups: ReadonlySet<string>): Result<Rule, NotAllowed> => {
  const passed: Passed[] = [];
  for (const rule of policy.rules) {
    if (!appliesTo(rule, question)) passed.push({ rule: rule.name, why: 'speaks of something else' });
    else if (!rule.ask.some((group) => groups.has(group)))
      passed.push({ rule: rule.name, why: 'requester not in its groups' });
    else return ok(rule);
  }
  return err({ type: 'not-allowed', passed });
};
