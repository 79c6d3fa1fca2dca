import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import type { SlackDirectory } from '#adapters/slack/directory.ts';

/** What the policy names must be there in Slack: groups with people in them, channels that only our own people see. */
export const checkSlack = async (
  { settings: { policy }, whereIsGroup, whereIsRule }: PolicyFolder,
  directory: SlackDirectory,
): Promise<readonly string[]> => {
  const groups = [...policy.groups].map(async ([name, source]) => {
    const members = await directory.members(source).catch((cause: unknown) => String(cause));
    if (typeof members === 'string')
      return [
        `${whereIsGroup(name)}: group "${name}" cannot be looked up in Slack (${members}). Check its id and the scope usergroups:read.`,
      ];
    return members.size === 0
      ? [
          `${whereIsGroup(name)}: group "${name}" has nobody in it, so it can let nobody in. Add people, or name another.`,
        ]
      : [];
  });
  const places = [
    ...policy.rules.map(({ channel }, index) => ({ channel, where: whereIsRule(index) })),
    { channel: policy.adminChannel, where: 'rules.yaml: "adminChannel"' },
  ];
  const problems = await channelProblems(new Set(places.map(({ channel }) => channel)), directory);
  const channels = places.flatMap(({ channel, where }) => {
    const problem = problems.get(channel);
    return problem === undefined ? [] : [`${where}: ${problem}`];
  });
  return [...(await Promise.all(groups)).flat(), ...channels];
};

/** Each is asked for once: many rules may have one channel, and Slack answers some fifty such questions a minute. */
const channelProblems = async (
  channels: ReadonlySet<string>,
  directory: SlackDirectory,
): Promise<ReadonlyMap<string, string | undefined>> =>
  new Map(
    await Promise.all(
      [...channels].map(async (channel) => {
        const problem = await directory
          .channelProblem(channel)
          .catch((cause: unknown) => `channel ${channel} cannot be looked up in Slack (${String(cause)}).`);
        return [channel, problem] as const;
      }),
    ),
  );
