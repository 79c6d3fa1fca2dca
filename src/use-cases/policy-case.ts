import { formatDuration } from '#domain/duration.ts';
import type { PersonId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { durationBy, type Labels, type Policy, type Risk, type RiskFound, type Rule } from '#domain/policy/policy.ts';
import { type Divided, judgeAll, type NoRule, type Verdict } from '#domain/policy/verdict.ts';
import { nothingReached, type Radius } from '#domain/radius/radius.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Source } from '#domain/source.ts';
import type { Kind } from '#kinds/kind.ts';
import type { Settings } from './ports.ts';
import { judgeTried, riskUntried, triedBy } from './tried.ts';

/** What somebody would ask, and what trying it would find; no cluster and no Slack is asked. */
export type PolicyCase = {
  readonly name: string;
  readonly by: PersonId;
  /** Slack's groups that they are in; groups of people say so themselves. */
  readonly groups: readonly string[];
  /** Whether they would take it by break-glass. */
  readonly breakGlass: boolean;
  readonly kind: string;
  readonly profiles: readonly string[];
  readonly cluster: string;
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly source: Source;
  /** The pipeline or agent that asks; absent for a person. */
  readonly caller?: string | undefined;
  readonly objects: readonly string[];
  /** 0: for good. */
  readonly seconds?: number;
  /** When absent the form of reason that a rule may want is not looked at. */
  readonly reason?: string;
  /** Now, when absent. */
  readonly at?: Temporal.Instant;
  /** When absent that of an access or opening by its card; none for a change. */
  readonly risk?: Risk;
  /** Names of rules that found something which the change introduces. */
  readonly findings?: readonly string[];
  /** What it reaches; nothing, when absent. */
  readonly radius?: Radius;
  readonly before: readonly Json[];
  readonly after: readonly Json[];
  readonly expect?: Expected;
};

/** Which rule decides, refuses or fails; or that none lets it be asked. */
export type Expected = {
  readonly rule?: string | undefined;
  readonly auto?: boolean | undefined;
  readonly refused?: string | undefined;
  readonly failed?: string | undefined;
  readonly nobody?: true | undefined;
};

/** `unfit`: the rule decides, and does not take the duration or the reason. */
export type Judgement = Result<
  Extract<Verdict, { type: 'decides' }> & { readonly unfit?: string | undefined },
  NoRule | Divided
>;

/** What the policy says of a case. `err` says what of the case is not in the policy's files. */
export const judgeCase = async (
  { policy, kinds }: Settings,
  one: PolicyCase,
  now: Temporal.Instant,
): Promise<Result<Judgement, string>> => {
  const kind = kinds.find(({ name }) => name === one.kind);
  if (kind === undefined)
    return err(`there is no kind "${one.kind}". There are: ${kinds.map(({ name }) => name).join(', ')}.`);
  const known = kind.profiles.map(({ profile }) => profile);
  const unknown = one.profiles.find((profile) => !known.includes(profile));
  if (unknown !== undefined) return err(`kind "${one.kind}" has no "${unknown}". It has: ${known.join(', ')}.`);
  const strange = one.groups.find((name) => policy.groups.get(name)?.type !== 'slack-group');
  if (strange !== undefined)
    return err(`"${strange}" is no Slack group of the policy; who is in a group of people stands in rules.yaml.`);

  const at = one.at ?? now;
  const groups = [...policy.groups].flatMap(([name, group]) =>
    one.groups.includes(name) || (group.type === 'people' && group.people.includes(one.by)) ? [name] : [],
  );
  const { cluster, namespace, namespaceLabels, source, caller, profiles, objects, reason = '', before, after } = one;
  const untried = riskOf(kind, one);
  const risk = one.risk === undefined ? untried : { ...untried, level: one.risk };
  const reachesFurther = kind.profiles.some((each) => profiles.includes(each.profile) && each.reachesFurther);
  const from = { source, ...(caller === undefined ? {} : { caller }) };
  const place = { cluster, namespace, namespaceLabels, ...from, kind: kind.name, profiles };
  const asked = { ...place, reachesFurther };
  const request = {
    ...place,
    objects,
    reason,
    subject: one.by,
    breakGlass: one.breakGlass,
    ...(one.seconds === undefined ? {} : { seconds: one.seconds }),
  };
  const facts = { request, requester: { id: one.by, groups }, now: at.toString() };
  const radius = one.radius ?? nothingReached;
  const judged = await judgeTried(policy, asked, facts, { risk, radius, before, after });
  const tried = triedBy(policy, judged);
  const asker = { groups: new Set(groups), failed: [] };
  const verdict = judgeAll(policy, {
    ...asked,
    asker,
    at,
    breakGlass: one.breakGlass,
    ...(tried === undefined ? {} : { tried }),
  });
  if (!verdict.ok) return ok(verdict);
  if (verdict.value.type === 'open') throw new Error('What was tried leaves no rule open');
  return ok(ok({ ...verdict.value, unfit: unfitFor(verdict.value.rule, one) }));
};

/** What a case says of a finding beside its name is what most conditions look at. */
const inCase = { severity: 'high', change: 'introduces', object: '' } as const;

/** As would be found, where what is asked follows from the words of the case. */
const riskOf = (kind: Kind, { profiles, objects, namespace, findings = [] }: PolicyCase): RiskFound => {
  const ask = kind.fromWords(profiles, objects);
  const named = findings.map((rule) => ({ rule, ...inCase }));
  if (!ask.ok) return { level: 'none', findings: named };
  const { level, findings: found } = riskUntried(kind, ask.value, namespace);
  return { level, findings: [...found, ...named] };
};

/** What a rule does not take of a duration (0: for good) and a reason. */
export const unfitFor = (
  rule: Rule,
  { seconds, reason, breakGlass }: Pick<PolicyCase, 'seconds' | 'reason' | 'breakGlass'>,
): string | undefined => {
  const { shortest, longest } = durationBy(rule, breakGlass);
  const { permanent, reason: form } = rule;
  if (!breakGlass && form !== undefined && reason !== undefined && !form.pattern.matches(reason))
    return `its reason is not: ${form.say}`;
  if (seconds === undefined) return undefined;
  if (seconds === 0) return permanent && !breakGlass ? undefined : 'it allows nothing for good';
  if (seconds > longest.total('seconds')) return `it allows ${formatDuration(longest)} at most`;
  if (shortest !== undefined && seconds < shortest.total('seconds'))
    return `it wants ${formatDuration(shortest)} at least`;
  return undefined;
};

/** What a case got instead of what it expects; undefined when it is as expected. */
export const unexpected = (
  judgement: Judgement,
  { rule, auto, refused, failed, nobody }: Expected,
): string | undefined => {
  const is = found(judgement);
  const isRight = judgement.ok
    ? judgement.value.unfit === undefined &&
      judgement.value.rule.name === rule &&
      (auto === undefined || auto === (judgement.value.rule.auto === true))
    : (judgement.error.type === 'refused' && judgement.error.rule === refused) ||
      (judgement.error.type === 'failed' && judgement.error.rule === failed) ||
      (['not-allowed', 'no-break-glass', 'divided'].includes(judgement.error.type) && nobody === true);
  return isRight ? undefined : is;
};

const found = (judgement: Judgement): string => {
  if (judgement.ok) {
    const { rule, unfit } = judgement.value;
    const but = unfit === undefined ? '' : `, but ${unfit}`;
    return `rule "${rule.name}" decides${rule.auto === true ? ', by itself' : ''}${but}`;
  }
  const { error } = judgement;
  switch (error.type) {
    case 'refused':
      return `rule "${error.rule}" refuses: ${error.why}`;
    case 'failed':
      return `the condition of rule "${error.rule}" fails: ${error.why}`;
    case 'not-allowed':
      return 'no rule lets this person ask this';
    case 'divided':
      return `different rules decide: ${error.rules.map(([profile, name]) => `${profile} by "${name}"`).join(', ')}`;
    case 'no-break-glass':
      return `rule "${error.rule}" decides, and lets this person not take it by break-glass`;
    case 'unlabelled':
      return `the labels of the namespace, which rule "${error.rule}" looks at, are not known`;
    case 'unsure':
      return `it is not known who is in ${error.groups.join(', ')}`;
  }
};

/** A verdict in words: every rule in order with what came of it, then the outcome. */
export const explain = ({ rules }: Policy, judgement: Judgement): readonly string[] => {
  const passed = judgement.ok
    ? judgement.value.passed
    : judgement.error.type === 'not-allowed'
      ? judgement.error.passed
      : [];
  const why = new Map(passed.map((one) => [one.rule, one.why]));
  const last = decidingIn(judgement);
  const width = Math.max(...rules.map(({ name }) => name.length));
  const end = rules.findIndex(({ name }) => name === last);
  const lines = rules.map(({ name }, index) => {
    const label = name.padEnd(width);
    if (name === last) return `${judgement.ok ? '✔' : '✘'} ${label}  ${found(judgement)}`;
    if (end >= 0 && index > end) return `· ${label}  not looked at`;
    return `✘ ${label}  ${why.get(name) ?? 'does not decide'}`;
  });
  return [
    ...lines,
    '',
    ...(judgement.ok ? outcome(judgement.value.rule) : [`Nobody may have it: ${found(judgement)}.`]),
  ];
};

const decidingIn = (judgement: Judgement): string | undefined => {
  if (judgement.ok) return judgement.value.rule.name;
  const { error } = judgement;
  return 'rule' in error ? error.rule : undefined;
};

const outcome = ({
  approve,
  auto,
  never,
  channel,
  duration,
  permanent,
  respondWithin,
  reason,
  breakGlass,
  remindEvery,
  escalate,
}: Rule): readonly string[] => {
  const { shortest, default: usual, longest } = duration;
  const people = approve
    .map(({ from, count, step = 1 }) => `${count} of ${from}${step > 1 ? ` (step ${step})` : ''}`)
    .join(' and ');
  return [
    auto === true
      ? `Approved at once; ${approve.map(({ from }) => from).join(', ')} may revoke it.`
      : `Needs ${people}, each another person, within ${formatDuration(respondWithin)}.`,
    ...(never === undefined ? [] : [`Never decided on by ${never.join(', ')}.`]),
    `For ${formatDuration(usual)}, ${shortest === undefined ? '' : `at least ${formatDuration(shortest)}, `}at most ${formatDuration(longest)}${permanent ? ', or for good' : ''}; its card is in ${channel}.`,
    ...(remindEvery === undefined ? [] : [`They are reminded every ${formatDuration(remindEvery)}.`]),
    ...(escalate === undefined
      ? []
      : [`After ${formatDuration(escalate.after)} ${escalate.to.join(', ')} may decide in the place of any of them.`]),
    ...(breakGlass === undefined
      ? []
      : [
          `${breakGlass.who.join(', ')} may take it at once by break-glass, for at most ${formatDuration(breakGlass.longest)}; the others review that, reminded after ${formatDuration(breakGlass.remindEvery)} and then each time after twice as long.`,
        ]),
    ...(reason === undefined ? [] : [`Its reason must be like this: ${reason.say}.`]),
  ];
};
