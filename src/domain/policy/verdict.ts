import { err, ok, type Result } from '#domain/result.ts';
import { appliesTo, type Policy, type Question, type Rule } from './policy.ts';

/** Why a rule did not let somebody ask. */
export type Passed = {
  readonly rule: string;
  readonly why: 'speaks of something else' | 'requester not in its groups';
};

/** No rule lets this person ask this; each rule says why not. */
export type NotAllowed = { readonly type: 'not-allowed'; readonly passed: readonly Passed[] };

/** A rule speaks of what is asked, and whether it lets this person ask could not be found out. */
export type Unsure = { readonly type: 'unsure'; readonly groups: readonly string[] };

/** What is asked at once is under different rules: each wants its own approvals. */
export type Divided = {
  readonly type: 'divided';
  readonly rules: readonly (readonly [profile: string, rule: string])[];
};

/**
 * Finds the one rule that decides on all of these profiles. Whoever could ask for two things under two rules at once
 * would choose the weaker one for both.
 */
export const judgeAll = (
  policy: Policy,
  question: Omit<Question, 'profile'>,
  profiles: readonly string[],
  ...groups: readonly [groups: ReadonlySet<string>, failed: readonly string[]]
): Result<Rule, NotAllowed | Unsure | Divided> => {
  const verdicts = profiles.map((profile) => ({
    profile,
    verdict: judge(policy, { ...question, profile }, ...groups),
  }));
  const rules: (readonly [string, string])[] = [];
  let found: Rule | undefined;
  for (const { profile, verdict } of verdicts) {
    if (!verdict.ok) return verdict;
    found ??= verdict.value;
    rules.push([profile, verdict.value.name]);
  }
  if (found === undefined) return err({ type: 'not-allowed', passed: [] });
  return rules.every(([, name]) => name === found.name) ? ok(found) : err({ type: 'divided', rules });
};

/**
 * Finds the rule that decides: the first, in the file's order, that speaks of what is asked and lets this person ask.
 * `groups` are the policy's groups that the person is in, `failed` those that could not be looked up: where one of them
 * would have mattered there is no answer, for a later rule may want less than the one that was passed over.
 */
export const judge = (
  policy: Policy,
  question: Question,
  groups: ReadonlySet<string>,
  failed: readonly string[],
): Result<Rule, NotAllowed | Unsure> => {
  const passed: Passed[] = [];
  for (const rule of policy.rules) {
    if (!appliesTo(rule, question)) passed.push({ rule: rule.name, why: 'speaks of something else' });
    else if (rule.ask.some((group) => groups.has(group))) return ok(rule);
    else {
      const unknown = rule.ask.filter((group) => failed.includes(group));
      if (unknown.length > 0) return err({ type: 'unsure', groups: unknown });
      passed.push({ rule: rule.name, why: 'requester not in its groups' });
    }
  }
  return err({ type: 'not-allowed', passed });
};
