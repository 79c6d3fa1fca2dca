import { z } from 'zod';
import { formatDuration, isLonger } from '#domain/duration.ts';
import { personId } from '#domain/ids.ts';
import type { Problem } from '#domain/problem.ts';
import { tally } from '#domain/quorum.ts';
import { ok, type Result } from '#domain/result.ts';
import { sources } from '#domain/source.ts';
import { compileCondition } from './condition.ts';
import { durationText as duration } from './duration-text.ts';
import { compilePattern } from './pattern.ts';
import { type Condition, type GroupSource, type Pattern, type Rule, risks } from './policy.ts';
import { problemsOfProtect, protectList } from './protect-file.ts';
import { retentionText } from './retention.ts';
import { problemsOfWatch, watchMap } from './watch-file.ts';
import { dayNames } from './window.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'not a name; write it in lower case, like "platform-team"');
const channel = z
  .string()
  .regex(
    /^[CG][A-Z0-9]{2,20}$/,
    'not a Slack channel id; ids look like "C02ABCDEF" (names can be taken over, ids cannot)',
  );
const slackGroup = z
  .string()
  .regex(
    /^S[A-Z0-9]{2,20}$/,
    'neither a Slack user group id ("S02ABCDEF") nor a list of Slack user ids ("[U02ABCDEF]")',
  );
const patterns = z.array(z.string().min(1)).min(1).default(['*']);

const notALabel = 'not the name of a label. Write it like "env" or "acme.test/env".';
/** The name of a label, with or without a prefix, as Kubernetes has it. */
const labelKey = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/, notALabel);
const labelPattern = z
  .string()
  .regex(
    /^[A-Za-z0-9_.*-]{1,63}$/,
    'not a pattern for a label’s value. Write it like "prod" or "prod-*"; "*" is any value, and an empty one too.',
  );
const namespaceLabels = z
  .record(
    labelKey,
    z
      .union([labelPattern, z.array(labelPattern).min(1, 'fits nothing; name a pattern, or leave the label out')], {
        error: notALabelValue,
      })
      .transform((one) => (typeof one === 'string' ? [one] : one)),
    { error: ({ code }) => (code === 'invalid_key' ? notALabel : 'not labels with their values, like { env: prod }') },
  )
  .refine((labels) => Object.keys(labels).length > 0, 'names no label; leave it out for any namespace');

function notALabelValue(): string {
  return 'neither a pattern nor a list of patterns. Write it in quotes, like "true" or ["prod", "stage-*"].';
}

const time = z.string({ error: notATime }).transform((text, context) => {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return Temporal.PlainTime.from(text);
  context.issues.push({ code: 'custom', input: text, message: notATime() });
  return z.NEVER;
});

function notATime(): string {
  return 'not a time of day. Write it in quotes, like "22:00".';
}

const zone = z.string().refine(
  (text) => {
    try {
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
      return true;
    } catch {
      return false;
    }
  },
  { error: 'not a time zone. Write it like "Europe/Berlin" or "UTC".' },
);

const window = z.strictObject({
  zone,
  days: z
    .array(z.enum(dayNames, { error: `not a day. Write one of ${dayNames.join(', ')}.` }))
    .min(1, 'on no day at all; leave "days" out for every day')
    .default([...dayNames]),
  from: time.optional(),
  until: time.optional(),
});
const match = z.strictObject({
  clusters: patterns,
  namespaces: patterns,
  kinds: patterns,
  profiles: patterns,
  namespaceLabels: namespaceLabels.optional(),
  sources: z
    .array(z.enum(sources, { error: `not a source of requests. Write one of ${sources.join(', ')}.` }))
    .min(1, 'from nowhere; leave it out for wherever it comes from')
    .optional(),
  callers: z
    .array(z.string().min(1).max(100))
    .min(1, 'no pipeline or agent; leave it out for whoever asks')
    .optional()
    .describe('Names of pipelines and agents, as identities.yaml has them; then the rule is for no people.'),
  when: z.array(window).min(1, 'at no time at all; leave it out for any time').optional(),
  risk: z
    .array(z.enum(risks, { error: `not a risk. Write one of ${risks.join(', ')}.` }))
    .min(1)
    .optional(),
  if: z.string().min(1).max(4_000).optional(),
});

const rule = z.strictObject({
  name,
  match: match.prefault({}),
  ask: z.array(name).min(1, 'nobody may ask; name at least one group'),
  approve: z
    .array(
      z.strictObject({
        from: name,
        count: z.int().min(1, 'at least one person must approve').max(20).default(1),
        step: z.int().min(1, 'steps are counted from 1').max(9).exactOptional(),
      }),
    )
    .min(1, 'nobody has to approve, so everybody could; name at least one group')
    .optional(),
  auto: z.literal(true, { error: 'write "auto: true", or leave it out' }).optional(),
  refuse: z.string().trim().min(1, 'say why it is refused').max(500).optional(),
  never: z.array(name).min(1).optional(),
  stepUp: z
    .literal(true, { error: 'write "stepUp: true", or leave it out' })
    .optional()
    .describe('Approvals count only from who proves who they are outside of Slack: "hallpass approve" (docs/api.md).'),
  channel: channel.optional(),
  duration: z.strictObject({ shortest: duration.optional(), default: duration, longest: duration }).optional(),
  respondWithin: duration.optional(),
  breakGlass: z
    .strictObject({
      who: z.array(name).min(1, 'nobody may take it so; name at least one group'),
      longest: duration.optional(),
      remindEvery: duration.optional(),
    })
    .optional(),
  remindEvery: duration.optional(),
  escalate: z
    .strictObject({ after: duration, to: z.array(name).min(1, 'to nobody; name at least one group') })
    .optional(),
  reason: z.strictObject({ pattern: z.string().min(1).max(500), say: z.string().trim().min(1).max(200) }).optional(),
  permanent: z.boolean().default(false),
  settle: z
    .array(z.enum(['keep', 'restore']))
    .min(1, 'a conflict could never be settled; name "keep", "restore" or both')
    .default(['keep', 'restore']),
});

/** `rules.yaml`: groups, rules in order, and where an administrator is told of trouble. */
export const rulesFile = z.strictObject({
  adminChannel: channel,
  auditChannel: channel
    .optional()
    .describe('Where the heads of all logs are posted, so that a rewritten log is found out (docs/audit.md).'),
  retention: retentionText
    .optional()
    .describe('How long the log of a finished request is kept, like 400d; for ever when absent (docs/audit.md).'),
  slackAway: z
    .strictObject({ lastKnownFor: duration })
    .optional()
    .describe(
      'While Slack does not answer, people decide over the API by who was in which group when it did last, for so long; not at all when absent (docs/api.md).',
    ),
  groups: z.record(
    name,
    z.union([slackGroup, z.array(personId).min(1, 'the group is empty; name at least one person')], {
      error: slackGroupError,
    }),
  ),
  rules: z.array(rule).min(1, 'there are no rules, so nobody may ask for anything'),
  protect: protectList.describe('Objects of which a direct write is held until somebody agrees.'),
  watch: watchMap.describe('What grants are watched for while they are in force, and what comes of it.'),
});
export type RulesFile = z.infer<typeof rulesFile>;

function slackGroupError(): string {
  return 'neither a Slack user group id (S02ABCDEF) nor a list of Slack user ids ([U02ABCDEF])';
}

/** Makes of a rule's texts what can be asked; `err` says what is wrong with them. */
export type Compile = {
  readonly condition: (text: string) => Result<Condition, string>;
  readonly pattern: (text: string) => Result<Pattern, string>;
};

const really: Compile = { condition: compileCondition, pattern: compilePattern };

/** What the schema cannot see: names that lead nowhere, people who cannot suffice, durations that contradict. */
export const problemsOf = (file: RulesFile, compile = really): readonly Problem[] => {
  const { groups, rules, protect, watch } = file;
  const known = Object.keys(groups).join(', ');
  const protecting = problemsOfProtect(protect).map(({ path, message }) => ({ path: ['protect', ...path], message }));
  const ruling = rules.flatMap((rule, index) => {
    const unknown = (group: string, ...path: (string | number)[]): readonly Problem[] =>
      Object.hasOwn(groups, group)
        ? []
        : [
            {
              path: ['rules', index, ...path],
              message: `there is no group "${group}" under "groups". There are: ${known}.`,
            },
          ];
    return [
      ...rule.ask.flatMap((group, place) => unknown(group, 'ask', place)),
      ...(rule.approve ?? []).flatMap(({ from }, place) => unknown(from, 'approve', place, 'from')),
      ...(rule.never ?? []).flatMap((group, place) => unknown(group, 'never', place)),
      ...(rule.breakGlass?.who ?? []).flatMap((group, place) => unknown(group, 'breakGlass', 'who', place)),
      ...(rule.escalate?.to ?? []).flatMap((group, place) => unknown(group, 'escalate', 'to', place)),
      ...tooFew(groups, rule, ['rules', index, 'approve']),
      ...twice(rules, index),
      ...decisionsOf(rule).map(({ path, message }) => ({ path: ['rules', index, ...path], message })),
      ...durationsOf(rule).map(({ path, message }) => ({ path: ['rules', index, 'duration', ...path], message })),
      ...timesOf(rule).map(({ path, message }) => ({ path: ['rules', index, ...path], message })),
      ...nobodyLeft(groups, rule).map((message) => ({ path: ['rules', index, 'never'], message })),
      ...uncompiled(rule, compile).map(({ path, message }) => ({ path: ['rules', index, ...path], message })),
    ];
  });
  const watching = problemsOfWatch(watch).map(({ path, message }) => ({ path: ['watch', ...path], message }));
  return [...unwitnessed(file), ...ruling, ...protecting, ...watching];
};

/** Nobody could tell a removed log from one that somebody has deleted. */
const unwitnessed = ({ retention, auditChannel }: RulesFile): readonly Problem[] =>
  retention === undefined || auditChannel !== undefined
    ? []
    : [
        {
          path: ['retention'],
          message:
            'needs "auditChannel", where each removal is recorded before it is done; name a channel (docs/audit.md), or leave "retention" out',
        },
      ];

type FileRule = RulesFile['rules'][number];

/** A Slack group is known by its id: under two names it is one group. */
const nobodyLeft = (groups: RulesFile['groups'], { approve = [], never = [] }: FileRule): readonly string[] => {
  const barred = new Set(never.map((name) => groups[name]).filter((source) => typeof source === 'string'));
  return approve
    .filter(({ from }) => typeof groups[from] === 'string' && barred.has(groups[from]))
    .map(({ from }) => `nobody of "${from}" may decide, whose approval is needed`);
};

/** A rule refuses, or names who decides and what that needs; who decides also looks after what is approved by itself. */
const decisionsOf = (rule: FileRule): readonly Problem[] => {
  const { refuse, approve, auto, permanent, channel, duration, respondWithin, breakGlass, remindEvery, escalate } =
    rule;
  const needed = { approve, channel, duration, respondWithin };
  const waiting = { breakGlass, remindEvery, escalate };
  if (refuse !== undefined)
    return Object.entries({ ...needed, ...waiting, auto, never: rule.never }).flatMap(([key, value]) =>
      value === undefined ? [] : [{ path: [key], message: 'has no meaning in a rule that refuses; leave it out' }],
    );
  const missing = Object.entries(needed).flatMap(([key, value]) =>
    value === undefined ? [{ path: [key], message: whyMissing(key) }] : [],
  );
  const idle = Object.entries(waiting).flatMap(([key, value]) =>
    value === undefined || auto !== true
      ? []
      : [{ path: [key], message: 'has no meaning where nobody is asked; leave it out' }],
  );
  const steps = new Set((approve ?? []).map(({ step = 1 }) => step));
  const isGap = [...steps].some((step) => step > 1 && !steps.has(step - 1));
  return [
    ...missing,
    ...idle,
    ...(isGap ? [{ path: ['approve'], message: 'steps are counted from 1, and none is left out' }] : []),
    ...(auto === true && permanent
      ? [{ path: ['permanent'], message: 'what is approved by itself is for a time only' }]
      : []),
  ];
};

const whyMissing = (key: string): string =>
  key === 'approve'
    ? 'is missing: name who decides, or with "refuse" why nobody may have it'
    : 'is missing; only a rule that refuses can do without';

const durationsOf = ({ duration }: FileRule): readonly Problem[] => {
  if (duration === undefined) return [];
  const { shortest, default: usual, longest } = duration;
  return [
    ...(isLonger(usual, longest)
      ? [{ path: ['default'], message: 'the default duration is longer than the longest one' }]
      : []),
    ...(shortest !== undefined && isLonger(shortest, usual)
      ? [{ path: ['shortest'], message: 'the shortest duration is longer than the default one' }]
      : []),
  ];
};

/** Nobody is told more often than they can look, nor of what has timed out; and break-glass gives no more than the rule. */
const timesOf = ({ breakGlass, remindEvery, escalate, respondWithin, duration }: FileRule): readonly Problem[] => {
  const told = [
    { path: ['remindEvery'], after: remindEvery, until: respondWithin },
    { path: ['breakGlass', 'remindEvery'], after: breakGlass?.remindEvery, until: undefined },
    { path: ['escalate', 'after'], after: escalate?.after, until: respondWithin },
  ];
  const early = told.flatMap(({ path, after }) =>
    after !== undefined && isLonger(leastBetween, after)
      ? [{ path, message: `is shorter than ${formatDuration(leastBetween)}, in which nobody can decide` }]
      : [],
  );
  const late = told.flatMap(({ path, after, until }) =>
    after !== undefined && until !== undefined && !isLonger(until, after)
      ? [{ path, message: `never comes: it has timed out by then ("respondWithin" is ${formatDuration(until)})` }]
      : [],
  );
  const most = breakGlass?.longest;
  const long =
    most !== undefined && duration !== undefined && isLonger(most, duration.longest)
      ? [{ path: ['breakGlass', 'longest'], message: 'is longer than what the rule gives at most' }]
      : [];
  const short =
    most !== undefined && duration?.shortest !== undefined && isLonger(duration.shortest, most)
      ? [{ path: ['breakGlass', 'longest'], message: 'is shorter than the shortest duration of the rule' }]
      : [];
  return [...early, ...late, ...long, ...short];
};

const uncompiled = ({ match, reason }: FileRule, { condition, pattern }: Compile): readonly Problem[] => {
  const compiled = match.if === undefined ? ok(undefined) : condition(match.if);
  const expression = reason === undefined ? ok(undefined) : pattern(reason.pattern);
  return [
    ...(compiled.ok ? [] : [{ path: ['match', 'if'], message: compiled.error }]),
    ...(expression.ok
      ? []
      : [{ path: ['reason', 'pattern'], message: `not a regular expression (RE2): ${expression.error}` }]),
  ];
};

/** Requirements that the people of the file cannot meet, each by itself or, as nobody counts twice, together. */
const tooFew = (
  groups: RulesFile['groups'],
  { approve = [], never = [] }: FileRule,
  path: Problem['path'],
): readonly Problem[] => {
  const people = (name: string) => (Object.hasOwn(groups, name) ? peopleOf(groups[name]) : undefined);
  const barred = new Set(never.flatMap((name) => [...(people(name) ?? [])]));
  const listed = approve.map(({ from }) => people(from)?.difference(barred));
  const alone = approve.flatMap(({ from, count }, place) => {
    const people = listed[place];
    if (people === undefined || people.size >= count) return [];
    return [
      {
        path: [...path, place],
        message: `group "${from}" has ${people.size} people${barred.size > 0 ? ' who may decide' : ''}, and ${count} of them must approve`,
      },
    ];
  });
  if (alone.length > 0) return alone;
  const wanted = approve.map(({ from, ...requirement }, place) => ({
    from,
    count: listed[place] ? requirement.count : 0,
  }));
  const everybody = [...new Set(listed.flatMap((people) => [...(people ?? [])]))];
  const standing = everybody.map(
    (person) => [person, listed.flatMap((people, at) => (people?.has(person) ? [at] : []))] as const,
  );
  if (everybody.length === 0 || tally(wanted, everybody, new Map(standing)).met) return [];
  return [{ path, message: 'these groups have too few different people between them; nobody counts twice' }];
};

const peopleOf = (group: RulesFile['groups'][string] | undefined): ReadonlySet<string> | undefined =>
  Array.isArray(group) ? new Set(group) : undefined;

const twice = (rules: RulesFile['rules'], index: number): readonly Problem[] => {
  const mine = rules[index]?.name;
  return rules.findIndex(({ name: other }) => other === mine) < index
    ? [{ path: ['rules', index, 'name'], message: `there are two rules "${mine}"; give each its own name` }]
    : [];
};

export const groupsIn = ({ groups }: RulesFile): ReadonlyMap<string, GroupSource> =>
  new Map(
    Object.entries(groups).map(([group, source]) => [
      group,
      typeof source === 'string' ? { type: 'slack-group', id: source } : { type: 'people', people: source },
    ]),
  );

/** Of a file without problems. */
export const rulesIn = ({ rules, adminChannel }: RulesFile, compile = really): readonly Rule[] =>
  rules.map(({ match: { if: condition, ...match }, reason, breakGlass, ...rule }) => ({
    ...rule,
    ...(breakGlass === undefined
      ? {}
      : {
          breakGlass: {
            who: breakGlass.who,
            longest: breakGlass.longest ?? rule.duration?.longest ?? leastTime,
            remindEvery: breakGlass.remindEvery ?? reviewTime,
          },
        }),
    match: { ...match, ...(condition === undefined ? {} : { if: certain(compile.condition(condition)) }) },
    approve: rule.approve ?? [],
    // Of a rule that refuses, for which nobody ever looks at these.
    channel: rule.channel ?? adminChannel,
    duration: rule.duration ?? { default: leastTime, longest: leastTime },
    respondWithin: rule.respondWithin ?? leastTime,
    ...(reason === undefined ? {} : { reason: { say: reason.say, pattern: certain(compile.pattern(reason.pattern)) } }),
  }));

const leastTime = Temporal.Duration.from({ seconds: 1 });
const leastBetween = Temporal.Duration.from({ minutes: 1 });
/** So often somebody is reminded to review what was taken by break-glass, where the rule does not say. */
const reviewTime = Temporal.Duration.from({ hours: 4 });

const certain = <T>(compiled: Result<T, string>): T => {
  if (compiled.ok) return compiled.value;
  throw new Error(`A rule was not checked: ${compiled.error}`);
};
