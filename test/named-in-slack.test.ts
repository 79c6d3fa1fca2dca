import { expect, test } from 'vitest';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import type { SlackDirectory } from '#adapters/slack/directory.ts';
import { lookAtNamed, problemsInSlack } from '#src/named-in-slack.ts';
import { bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';

const folder = (channels: readonly string[]): PolicyFolder => ({
  settings: {
    policy: policy({ rules: channels.map((channel, index) => rule({ name: `rule-${index}`, channel })) }),
    identities: [],
    kinds: [],
  },
  whereIsGroup: (name) => `rules.yaml: ${name}`,
  whereIsRule: (index) => `rules.yaml:${index}`,
  whereIsProtection: (index) => `rules.yaml:${index}`,
  whereIsProfile: () => '',
});
const slack = (answers: Partial<SlackDirectory> = {}): SlackDirectory => ({
  person: async () => undefined,
  members: async () => new Set([bob]),
  forgetPerson: () => {},
  addressOf: async () => undefined,
  addressProblem: async () => undefined,
  forgetGroup: () => {},
  channelProblem: async () => undefined,
  ...answers,
});

test('a channel of many rules is asked for once, and what is wrong with it is told of each', async () => {
  const asked: string[] = [];
  const channelProblem = async (id: string) => {
    asked.push(id);
    return id === 'C02LOST' ? 'There is no such channel.' : undefined;
  };
  const found = await problemsInSlack(
    folder(['C02LOST', 'C02FOUND', 'C02LOST', 'C02ADMIN']),
    slack({ channelProblem }),
  );
  expect(asked.toSorted()).toEqual(['C02ADMIN', 'C02FOUND', 'C02LOST']);
  expect(found).toEqual(['rules.yaml:0: There is no such channel.', 'rules.yaml:2: There is no such channel.']);
});

test('what cannot be looked up is a problem, and no exception', async () => {
  const away = async () => {
    throw new Error('Slack is away');
  };
  const found = await problemsInSlack(folder(['C02ADMIN']), slack({ members: away, channelProblem: away }));
  expect(found).toEqual([
    ...['developers', 'platform', 'security'].map((name) =>
      expect.stringContaining(
        `rules.yaml: ${name}: group "${name}" cannot be looked up in Slack (Error: Slack is away)`,
      ),
    ),
    'rules.yaml:0: channel C02ADMIN cannot be looked up in Slack (Error: Slack is away).',
    'rules.yaml: "adminChannel": channel C02ADMIN cannot be looked up in Slack (Error: Slack is away).',
  ]);
});

test.each([
  ['plan_upgrade_required', 'User groups need a paid plan: name its people one by one'],
  ['no_such_subteam', 'There is no such user group, or it is disabled: check its id'],
  ['missing_scope', 'Add the scope usergroups:read'],
  ['invalid_args', 'Check its id and the scope usergroups:read'],
])('a group of which Slack says %s is told with what to do', async (error, remedy) => {
  const refused = async () => {
    throw Object.assign(new Error('said'), { code: 'slack_webapi_platform_error', data: { ok: false, error } });
  };
  const [first] = await problemsInSlack(folder(['C02ADMIN']), slack({ members: refused }));
  expect(first).toContain(`group "developers" cannot be looked up in Slack (${error}). ${remedy}`);
});

test('a group of nobody lets nobody in', async () => {
  const found = await problemsInSlack(folder(['C02ADMIN']), slack({ members: async () => new Set() }));
  expect(found).toHaveLength(3);
  expect(found[0]).toContain('has nobody in it');
});

test('the audit channel is looked at as the others are; without one there is a warning, and no problem', async () => {
  const without = folder([]);
  expect(await problemsInSlack(without, slack())).toEqual([]);
  expect(await lookAtNamed(without, slack())).toContainEqual({
    type: 'caution',
    text: expect.stringMatching(/"auditChannel" is not set: .* Make a channel for it/),
  });
  const { policy: own } = without.settings;
  const named = { ...without, settings: { ...without.settings, policy: { ...own, auditChannel: 'C02AUDIT' } } };
  const lost = slack({ channelProblem: async (id) => (id === 'C02AUDIT' ? 'Hallpass is not in it.' : undefined) });
  expect(await problemsInSlack(named, lost)).toEqual(['rules.yaml: "auditChannel": Hallpass is not in it.']);
  expect((await lookAtNamed(named, slack())).filter(({ type }) => type !== 'fine')).toEqual([]);
});
