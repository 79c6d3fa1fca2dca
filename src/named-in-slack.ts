import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import type { SlackDirectory } from '#adapters/slack/directory.ts';
import { faultOf } from '#adapters/slack/slack-faults.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';

/** What the policy names must be there in Slack: groups with people in them, channels that only our own people see. */
export const lookAtNamed = async (
  { settings: { policy, identityTemplate }, whereIsGroup, whereIsRule }: PolicyFolder,
  directory: SlackDirectory,
): Promise<readonly Finding[]> => {
  const groups = [...policy.groups].map(async ([name, source]): Promise<Finding> => {
    const members = await directory.members(source).catch(whyNoMembers);
    if (typeof members === 'string')
      return wrong(`${whereIsGroup(name)}: group "${name}" cannot be looked up in Slack (${members}`);
    return members.size === 0
      ? wrong(
          `${whereIsGroup(name)}: group "${name}" has nobody in it, so it can let nobody in. Add people, or name another.`,
        )
      : fine(`Group "${name}" has ${members.size} people in it.`);
  });
  const named = [
    // A rule that refuses posts nothing.
    ...policy.rules.flatMap(({ channel, refuse }, index) =>
      refuse === undefined ? [{ channel, where: whereIsRule(index) }] : [],
    ),
    { channel: policy.adminChannel, where: 'rules.yaml: "adminChannel"' },
    ...(policy.auditChannel === undefined
      ? []
      : [{ channel: policy.auditChannel, where: 'rules.yaml: "auditChannel"' }]),
  ];
  // Each is asked for once: many rules may have one channel, and Slack answers some fifty such questions a minute.
  const channels = [...Map.groupBy(named, ({ channel }) => channel)].map(
    async ([channel, alike]): Promise<readonly Finding[]> => {
      const problem = await directory
        .channelProblem(channel)
        .catch((cause: unknown) => `channel ${channel} cannot be looked up in Slack (${String(cause)}).`);
      return problem === undefined
        ? [fine(`Channel ${channel} is there, and Hallpass is in it.`)]
        : alike.map(({ where }) => wrong(`${where}: ${problem}`));
    },
  );
  const addresses = identityTemplate === undefined ? [] : [lookAtAddresses(directory)];
  const unwitnessed = policy.auditChannel === undefined ? [caution(noAuditChannel)] : [];
  return [...(await Promise.all([...groups, ...addresses])), ...(await Promise.all(channels)).flat(), ...unwitnessed];
};

/** What Slack said, and what to do: the end of a sentence that is open. */
const whyNoMembers = (cause: unknown): string => {
  const fault = faultOf(cause);
  const said = fault.type === 'refused' ? fault.error : String(cause);
  return `${said}). ${remedies.get(said) ?? 'Check its id and the scope usergroups:read.'}`;
};
/** By Slack's words (docs.slack.dev/reference/methods/usergroups.users.list). */
const remedies: ReadonlyMap<string, string> = new Map([
  ['plan_upgrade_required', 'User groups need a paid plan: name its people one by one, as in [U0123ABC, U0456DEF].'],
  ['no_such_subteam', 'There is no such user group, or it is disabled: check its id.'],
  [
    'missing_scope',
    'Add the scope usergroups:read (OAuth & Permissions), then install the app to the workspace again.',
  ],
]);

const noAuditChannel =
  'rules.yaml: "auditChannel" is not set: nothing outside of Redis knows how far the logs had grown, and one that is cut or written anew is not found out. Make a channel for it, invite Hallpass, and name its id (docs/audit.md).';

/** A template is of no use without them. */
const lookAtAddresses = async (directory: SlackDirectory): Promise<Finding> => {
  const problem = await directory
    .addressProblem()
    .catch((cause: unknown) => `whether Slack tells addresses cannot be found out (${String(cause)}).`);
  return problem === undefined
    ? fine('Slack tells the addresses of people, for the template of identities.yaml.')
    : wrong(`identities.yaml: "template": ${problem}`);
};

/** Only the problems, for a start. */
export const problemsInSlack = async (folder: PolicyFolder, directory: SlackDirectory): Promise<readonly string[]> =>
  (await lookAtNamed(folder, directory)).flatMap(({ type, text }) => (type === 'wrong' ? [text] : []));
