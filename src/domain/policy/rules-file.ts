import { z } from 'zod';
import { parseDuration } from '#domain/duration.ts';
import { personId } from '#domain/ids.ts';
import type { Problem } from '#domain/problem.ts';
import { tally } from '#domain/quorum.ts';
import type { GroupSource, Rule } from './policy.ts';

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

const duration = z
  .string({ error: 'not a duration. Write it like "30m", "1h30m" or "2h".' })
  .transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed.ok) return parsed.value;
    context.issues.push({ code: 'custom', input: text, message: parsed.error });
    return z.NEVER;
  });

const rule = z.strictObject({
  name,
  match: z.strictObject({ clusters: patterns, namespaces: patterns, kinds: patterns, profiles: patterns }).prefault({}),
  ask: z.array(name).min(1, 'nobody may ask; name at least one group'),
  approve: z
    .array(z.strictObject({ from: name, count: z.int().min(1, 'at least one person must approve').max(20).default(1) }))
    .min(1, 'nobody has to approve, so everybody could; name at least one group'),
  channel,
  duration: z.strictObject({ default: duration, longest: duration }),
  respondWithin: duration,
  permanent: z.boolean().default(false),
  settle: z
    .array(z.enum(['keep', 'restore']))
    .min(1, 'a conflict could never be settled; name "keep", "restore" or both')
    .default(['keep', 'restore']),
});

/** `rules.yaml`: groups, rules in order, and where an administrator is told of trouble. */
export const rulesFile = z.strictObject({
  adminChannel: channel,
  groups: z.record(
    name,
    z.union([slackGroup, z.array(personId).min(1, 'the group is empty; name at least one person')], {
      error: slackGroupError,
    }),
  ),
  rules: z.array(rule).min(1, 'there are no rules, so nobody may ask for anything'),
});
export type RulesFile = z.infer<typeof rulesFile>;

function slackGroupError(): string {
  return 'neither a Slack user group id (S02ABCDEF) nor a list of Slack user ids ([U02ABCDEF])';
}

/** What the schema cannot see: names that lead nowhere, people who cannot suffice, durations that contradict. */
export const problemsOf = ({ groups, rules }: RulesFile): readonly Problem[] => {
  const known = Object.keys(groups).join(', ');
  return rules.flatMap((rule, index) => {
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
      ...rule.approve.flatMap(({ from }, place) => unknown(from, 'approve', place, 'from')),
      ...tooFew(groups, rule.approve, ['rules', index, 'approve']),
      ...twice(rules, index),
      ...(rule.duration.default.total('seconds') > rule.duration.longest.total('seconds')
        ? [
            {
              path: ['rules', index, 'duration', 'default'],
              message: 'the default duration is longer than the longest one',
            },
          ]
        : []),
    ];
  });
};

type Approve = RulesFile['rules'][number]['approve'];

/** Requirements that the people of the file cannot meet, each by itself or, as nobody counts twice, together. */
const tooFew = (groups: RulesFile['groups'], approve: Approve, path: Problem['path']): readonly Problem[] => {
  const listed = approve.map(({ from }) => (Object.hasOwn(groups, from) ? peopleOf(groups[from]) : undefined));
  const alone = approve.flatMap(({ from, count }, place) => {
    const people = listed[place];
    if (people === undefined || people.size >= count) return [];
    return [
      {
        path: [...path, place],
        message: `group "${from}" has ${people.size} people, and ${count} of them must approve`,
      },
    ];
  });
  if (alone.length > 0) return alone;
  const wanted = approve.map((requirement, place) => ({
    ...requirement,
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

export const rulesIn = ({ rules }: RulesFile): readonly Rule[] => rules;
