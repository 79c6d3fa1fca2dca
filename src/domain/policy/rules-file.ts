import { z } from 'zod';
import { parseDuration } from '#domain/duration.ts';
import { personId } from '#domain/ids.ts';
import type { Problem } from '#domain/problem.ts';
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
      group in groups
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
      ...rule.approve.flatMap((requirement, place) => tooFew(groups, requirement, ['rules', index, 'approve', place])),
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

const tooFew = (
  groups: RulesFile['groups'],
  { from, count }: RulesFile['rules'][number]['approve'][number],
  path: Problem['path'],
): readonly Problem[] => {
  const group = groups[from];
  if (!Array.isArray(group) || new Set(group).size >= count) return [];
  return [{ path, message: `${count} people are wanted from "${from}", which has only ${new Set(group).size}` }];
};

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
