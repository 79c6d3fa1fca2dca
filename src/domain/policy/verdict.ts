import { err, ok, type Result } from '#domain/result.ts';
import {
  type Answer,
  appliesTo,
  fitsLabels,
  fitsSource,
  type Policy,
  type Question,
  type Risk,
  type Rule,
} from './policy.ts';
import { isWithin, type Walls, wallsAt } from './window.ts';

/** Why a rule was passed over. */
export type Passed = {
  readonly rule: string;
  readonly why:
    | 'speaks of something else'
    | 'not for where it comes from'
    | 'its namespace is labelled otherwise'
    | 'not at this time'
    | 'requester not in its groups'
    | 'not of this risk'
    | 'its condition does not hold';
};

/** No rule lets this person ask this; each rule says why not. */
export type NotAllowed = { readonly type: 'not-allowed'; readonly passed: readonly Passed[] };

/** A rule speaks of what is asked, and whether it lets this person ask could not be found out. */
export type Unsure = { readonly type: 'unsure'; readonly groups: readonly string[] };

/** A rule speaks of namespaces with certain labels, and those of this one could not be looked up. */
export type Unlabelled = { readonly type: 'unlabelled'; readonly rule: string };

/** A rule's condition could not be answered: nobody knows which rule decides, and so none does. */
export type Failed = { readonly type: 'failed'; readonly rule: string; readonly why: string };

/** The rule that decides refuses it. */
export type Refused = { readonly type: 'refused'; readonly rule: string; readonly why: string };

/** The rule that decides lets nobody take it by break-glass, or not this person. */
export type NoBreakGlass = { readonly type: 'no-break-glass'; readonly rule: string };

/** What is asked at once is under different rules: each wants its own approvals. */
export type Divided = {
  readonly type: 'divided';
  readonly rules: readonly (readonly [profile: string, rule: string])[];
};

export type NoRule = NotAllowed | Unsure | Unlabelled | Failed | Refused | NoBreakGlass;

/** Who asks: the policy's groups that they are in, and those that could not be looked up. */
export type Asker = { readonly groups: ReadonlySet<string>; readonly failed: readonly string[] };

/** What trying it has answered: how risky it is, and the conditions of rules, by the rules' names. */
export type Tried = { readonly risk: Risk; readonly answers: ReadonlyMap<string, Answer> };

/** What is asked, by whom and when; `tried` is absent before it was. */
export type Case = Omit<Question, 'profile'> & {
  readonly profiles: readonly string[];
  readonly asker: Asker;
  readonly at: Temporal.Instant;
  /** Whether it is to be taken by break-glass. */
  readonly breakGlass?: boolean;
  readonly tried?: Tried;
};

/** The rule that decides; or those of which one may, which is known when it was tried. */
export type Verdict =
  | { readonly type: 'decides'; readonly rule: Rule; readonly passed: readonly Passed[] }
  | { readonly type: 'open'; readonly rules: readonly Rule[] };

/**
 * Finds the one rule that decides on all that is asked at once. Whoever could ask for two things under two rules would choose the
 * weaker one for both.
 */
export const judgeAll = (policy: Policy, asked: Case): Result<Verdict, NoRule | Divided> => {
  const walls = wallsAt(asked.at);
  const rules: (readonly [string, string])[] = [];
  let found: Verdict | undefined;
  let open: Verdict | undefined;
  for (const profile of asked.profiles) {
    const verdict = judge(policy, { ...asked, profile }, asked, walls);
    if (!verdict.ok) return verdict;
    if (verdict.value.type === 'open') {
      open ??= verdict.value;
      continue;
    }
    found ??= verdict.value;
    rules.push([profile, verdict.value.rule.name]);
  }
  if (rules.some(([, name]) => name !== rules[0]?.[1])) return err({ type: 'divided', rules });
  const verdict = open ?? found;
  return verdict === undefined ? err({ type: 'not-allowed', passed: [] }) : ok(verdict);
};

/**
 * Finds the rule that decides: the first, in the file's order, that speaks of what is asked, lets this person ask, and whose
 * times, risk and condition fit. Where it cannot be told whether one fits (a group or a label that cannot be looked up, a
 * condition that fails) there is no answer, for a later rule may want less than the one that was passed over. For what is
 * taken by break-glass the same rule decides, or the first whose people may take it so: none is passed over because it lets
 * nobody break glass.
 */
export const judge = (
  policy: Policy,
  question: Question,
  { asker, at, tried, breakGlass = false }: Pick<Case, 'asker' | 'at' | 'tried' | 'breakGlass'>,
  walls: Walls = wallsAt(at),
): Result<Verdict, NoRule> => {
  const passed: Passed[] = [];
  const open: Rule[] = [];
  const pass = (rule: Rule, why: Passed['why']): void => void passed.push({ rule: rule.name, why });
  for (const rule of policy.rules) {
    const { when, risk, if: condition } = rule.match;
    const labelled = fitsLabels(rule, question.namespaceLabels);
    if (!appliesTo(rule, question)) pass(rule, 'speaks of something else');
    else if (!fitsSource(rule, question)) pass(rule, 'not for where it comes from');
    else if (labelled === 'no') pass(rule, 'its namespace is labelled otherwise');
    else if (when !== undefined && !isWithin(when, walls)) pass(rule, 'not at this time');
    else if (!asksBy(rule, breakGlass).some((group) => asker.groups.has(group))) {
      const unknown = asksBy(rule, breakGlass).filter((group) => asker.failed.includes(group));
      if (unknown.length > 0) return err({ type: 'unsure', groups: unknown });
      pass(rule, 'requester not in its groups');
    } else if (labelled === 'unknown') return err({ type: 'unlabelled', rule: rule.name });
    else if ((risk !== undefined || condition !== undefined) && tried === undefined) open.push(rule);
    else if (risk !== undefined && (tried === undefined || !risk.includes(tried.risk))) pass(rule, 'not of this risk');
    else {
      const answer = condition === undefined ? yes : (tried?.answers.get(rule.name) ?? unanswered);
      if (answer.type === 'failed') return err({ type: 'failed', rule: rule.name, why: answer.why });
      if (answer.type === 'no') pass(rule, 'its condition does not hold');
      else if (breakGlass && rule.refuse === undefined) return breaking(rule, asker, open, passed);
      else return decided(rule, open, passed);
    }
  }
  // Where only rules that refuse are left, nothing that trying it could tell makes it a yes.
  return open.some(({ refuse }) => refuse === undefined)
    ? ok({ type: 'open', rules: open })
    : err({ type: 'not-allowed', passed });
};

/** The groups whose people a rule lets ask, in one way or the other. */
const asksBy = ({ ask, breakGlass }: Rule, byBreakGlass: boolean): readonly string[] =>
  byBreakGlass && breakGlass !== undefined ? [...ask, ...breakGlass.who] : ask;

/** Whether who asks may take it so, by the rule that would decide. */
const breaking = (
  rule: Rule,
  asker: Asker,
  open: readonly Rule[],
  passed: readonly Passed[],
): Result<Verdict, Refused | Unsure | NoBreakGlass> => {
  // One before it may decide, and know break-glass: which of them does is known when it was tried.
  if (open.some(({ refuse }) => refuse === undefined)) return decided(rule, open, passed);
  const { who = [] } = rule.breakGlass ?? {};
  if (who.some((group) => asker.groups.has(group))) return decided(rule, open, passed);
  const unknown = who.filter((group) => asker.failed.includes(group));
  return unknown.length > 0
    ? err({ type: 'unsure', groups: unknown })
    : err({ type: 'no-break-glass', rule: rule.name });
};

const yes: Answer = { type: 'yes' };
const unanswered: Answer = { type: 'failed', why: 'its condition was not looked at' };

const decided = (rule: Rule, open: readonly Rule[], passed: readonly Passed[]): Result<Verdict, Refused> => {
  if (open.some(({ refuse }) => refuse === undefined) || (open.length > 0 && rule.refuse === undefined))
    return ok({ type: 'open', rules: [...open, rule] });
  return rule.refuse === undefined
    ? ok({ type: 'decides', rule, passed })
    : err({ type: 'refused', rule: rule.name, why: rule.refuse });
};

/** Why a rule that decided before does not any more; undefined while it does. */
export const otherRule = (verdict: Result<Verdict, NoRule | Divided>, rule: string): string | undefined => {
  if (verdict.ok) {
    if (verdict.value.type === 'open') return `By the policy as it is now it is open which rule decides on this.`;
    const { name } = verdict.value.rule;
    return name === rule ? undefined : `By the policy as it is now the rule "${name}" decides on this, not "${rule}".`;
  }
  switch (verdict.error.type) {
    case 'refused':
      return `By the policy as it is now the rule "${verdict.error.rule}" refuses this: ${verdict.error.why}.`;
    case 'failed':
      return `The condition of the rule "${verdict.error.rule}" could not be answered (${verdict.error.why}), and in doubt the answer is no.`;
    case 'unsure':
      return `Who is in ${verdict.error.groups.join(', ')} could not be looked up.`;
    case 'no-break-glass':
      return `By the policy as it is now nobody may take this by break-glass under the rule "${verdict.error.rule}".`;
    case 'unlabelled':
      return `The labels of the namespace, which the rule "${verdict.error.rule}" looks at, could not be looked up.`;
    case 'not-allowed':
    case 'divided':
      return `By the policy as it is now the rule "${rule}" does not decide on this any more.`;
  }
};
