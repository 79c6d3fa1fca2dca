import { describe, expect, test } from 'vitest';
import { withFolder } from '#test/build/folder.ts';
import { edited, policyFiles } from '#test/build/policy-files.ts';
import { readHere } from '#test/build/policy-folder.ts';
import type { PolicyFolder } from './policy-folder.ts';

const { 'rules.yaml': rules, 'identities.yaml': identities, 'profiles.yaml': profiles } = policyFiles;
const right = policyFiles;
type Files = Readonly<Partial<typeof right & { 'delete-pod.yaml': string }>>;

const read = (files: Files) => withFolder({ ...right, ...files }, readHere);
const problemsOf = async (files: Files): Promise<readonly string[]> => {
  const folder = await read(files);
  return folder.ok ? [] : folder.error;
};
const folderOf = async (files: Files = {}): Promise<PolicyFolder> => {
  const folder = await read(files);
  if (folder.ok) return folder.value;
  throw new Error(folder.error.join('\n'));
};

describe('a folder that is right', () => {
  test('is read as a whole', async () => {
    const { settings } = await folderOf();
    expect(settings.policy.rules.map(({ name }) => name)).toEqual(['shop', 'bank']);
    expect(settings.policy.adminChannel).toBe('C02ADMINS');
    expect(settings.identities).toHaveLength(2);
    expect(settings.kinds.map(({ name }) => name)).toEqual(['access', 'change', 'open']);
  });

  test('may have the files of kinds that it need not have, and is another policy with them', async () => {
    const pods = { 'delete-pod.yaml': 'profiles:\n  - { name: pods, title: Delete pods }\n' };
    const [before, after] = [await folderOf(), await folderOf(pods)];
    expect(after.settings.kinds.map(({ name }) => name)).toEqual(['access', 'change', 'open', 'delete-pod']);
    expect(after.settings.policy.hash).not.toBe(before.settings.policy.hash);
    expect(after.whereIsProfile(3, 0)).toBe('delete-pod.yaml:2');
    expect(await problemsOf({ 'delete-pod.yaml': 'profiles: []\n' })).toEqual([
      expect.stringMatching(/^delete-pod\.yaml:1: "profiles": /),
    ]);
  });

  test('knows where a group and a rule stand', async () => {
    const { whereIsGroup, whereIsRule } = await folderOf();
    expect(whereIsGroup('platform')).toBe('rules.yaml:4');
    expect(whereIsGroup('unheard-of')).toBe('rules.yaml:2');
    expect(whereIsRule(1)).toBe('rules.yaml:15');
  });

  test('has a hash that any edit of any file changes, and nothing else does', async () => {
    const hashOf = async (files: Files = {}) => (await folderOf(files)).settings.policy.hash;
    const before = await hashOf();
    expect(await hashOf()).toBe(before);
    const others = await Promise.all([
      hashOf({ 'rules.yaml': `${rules}# as agreed\n` }),
      hashOf({ 'identities.yaml': edited(identities, 'bob@', 'rob@') }),
      hashOf({ 'profiles.yaml': edited(profiles, 'verbs: [get, list]', 'verbs: [get]') }),
    ]);
    expect(new Set([before, ...others]).size).toBe(4);
  });

  test('may use anchors and aliases, within reason', async () => {
    const aliased = edited(
      edited(rules, '    ask: [developers]\n    approve:', '    ask: &who [developers]\n    approve:'),
      'ask: [developers]\n    approve: [',
      'ask: *who\n    approve: [',
    );
    expect((await folderOf({ 'rules.yaml': aliased })).settings.policy.rules[1]?.ask).toEqual(['developers']);
  });
});

test.each([
  ['broken YAML', 'rules.yaml', edited(rules, '    ask: [developers]', '    ask: [developers'), 'rules.yaml:8: '],
  [
    'a key that is there twice',
    'rules.yaml',
    edited(rules, 'groups:', 'adminChannel: C02OTHER\ngroups:'),
    'rules.yaml:2: Map keys must be unique',
  ],
  ['a tab', 'identities.yaml', edited(identities, '    kubernetes:', '\tkubernetes:'), 'identities.yaml:3: '],
  ['two documents', 'profiles.yaml', `${profiles}---\nprofiles: []\n`, 'profiles.yaml:10: '],
  [
    'an alias that leads nowhere',
    'rules.yaml',
    edited(rules, 'ask: [developers]', 'ask: *who'),
    'rules.yaml: an alias cannot be resolved',
  ],
  [
    'a misspelt key',
    'rules.yaml',
    edited(rules, '    channel:', '    chanel:'),
    'rules.yaml:10: "rules.0.chanel": this key is not known here; is it misspelt?',
  ],
  [
    'a group that there is not',
    'rules.yaml',
    edited(rules, '- from: platform', '- from: plattform'),
    'rules.yaml:9: "rules.0.approve.0.from": there is no group "plattform"',
  ],
  [
    'a duration that is none',
    'rules.yaml',
    edited(rules, 'longest: 2h', 'longest: 2 hours'),
    'rules.yaml:13: "rules.0.duration.longest": "2 hours" is not a duration. Write it like "30m", "1h30m" or "2h".',
  ],
  [
    'a duration of bare minutes',
    'rules.yaml',
    edited(rules, 'default: 30m', 'default: 30'),
    'rules.yaml:12: "rules.0.duration.default": not a duration.',
  ],
  [
    'too many approvers for a group',
    'rules.yaml',
    edited(rules, 'count: 2', 'count: 3'),
    'rules.yaml:19: "rules.1.approve.0": group "platform" has 2 people',
  ],
  [
    'nobody to approve',
    'rules.yaml',
    edited(rules, 'approve: [{ from: platform, count: 2 }]', 'approve: []'),
    'rules.yaml:19: "rules.1.approve": nobody has to approve',
  ],
  [
    'a Slack name',
    'identities.yaml',
    edited(identities, 'U02BOB', 'bob'),
    'identities.yaml:6: "people.1.slack": not a Slack user id',
  ],
  [
    'two people on one user',
    'identities.yaml',
    edited(identities, 'bob@', 'Alice@'),
    'identities.yaml:8: "people.1.kubernetes.user": U02ALICE and U02BOB would be the same',
  ],
  [
    'a profile that outlives its end',
    'profiles.yaml',
    edited(
      profiles,
      'resources: [ingresses]\n            verbs: [get, list]',
      'resources: [secrets]\n            verbs: [watch]',
    ),
    'profiles.yaml:7: "profiles.0.bindings.0.rules.0": profile "ingress-view" grants what cannot be taken back',
  ],
  [
    'a wildcard',
    'profiles.yaml',
    edited(profiles, 'verbs: [get, list]', "verbs: ['*']"),
    'profiles.yaml:9: "profiles.0.bindings.0.rules.0.verbs.0": ',
  ],
  ['an empty file', 'identities.yaml', '', 'identities.yaml:1: '],
  ['a file of one word', 'rules.yaml', 'rules', 'rules.yaml:1: '],
  [
    'a file that begins like an error',
    'rules.yaml',
    'Error: none\n',
    'rules.yaml:1: "Error": this key is not known here',
  ],
] as const)('%s is a problem with its file and line', async (_, name, text, problem) => {
  const problems = await problemsOf({ [name]: text });
  expect(problems.join('\n')).toContain(problem);
  for (const one of problems) expect(one).toMatch(new RegExp(`^${name.replace('.', '\\.')}`));
});

test('what is no YAML at all is a few problems, soon', async () => {
  const begin = performance.now();
  const problems = await problemsOf({ 'rules.yaml': '"'.repeat(200_000) });
  expect(problems).toHaveLength(21);
  expect(problems[0]).toMatch(/^rules\.yaml:1: /);
  expect(problems[20]).toBe('rules.yaml: 99979 more such mistakes.');
  expect(performance.now() - begin).toBeLessThan(3_000);
});

test('an alias bomb is a problem and not a burst', async () => {
  const lines = Array.from(
    { length: 12 },
    (_, index) => `a${index + 1}: &a${index + 1} [${Array.from({ length: 9 }, () => `*a${index}`).join(', ')}]`,
  );
  const begin = performance.now();
  const problems = await problemsOf({ 'rules.yaml': `a0: &a0 [x]\n${lines.join('\n')}\n` });
  expect(problems).toEqual([expect.stringMatching(/^rules\.yaml: an alias cannot be resolved .*Write it out\.$/)]);
  expect(performance.now() - begin).toBeLessThan(1_000);
});

test('files that are missing are named, each', async () => {
  const problems = await withFolder({ 'rules.yaml': rules }, readHere);
  expect(problems.ok ? [] : problems.error).toEqual([
    expect.stringMatching(/^identities\.yaml: cannot be read \(ENOENT.*\)\. Every policy folder has one\.$/),
    expect.stringMatching(/^profiles\.yaml: cannot be read \(ENOENT.*\)\. Every policy folder has one\.$/),
    expect.stringMatching(/^changes\.yaml: cannot be read \(ENOENT.*\)\. Every policy folder has one\.$/),
    expect.stringMatching(/^open\.yaml: cannot be read \(ENOENT.*\)\. Every policy folder has one\.$/),
  ]);
});

test('a folder that is not there has all files missing', async () => {
  const problems = await readHere('/nowhere/at/all');
  expect(problems.ok ? [] : problems.error).toHaveLength(5);
});

test('all problems of all files are told at once', async () => {
  const problems = await problemsOf({
    'rules.yaml': edited(edited(rules, '- from: platform', '- from: nobody'), 'ask: [developers]', 'ask: [somebody]'),
    'identities.yaml': edited(identities, 'user: bob@example.com', 'user: system:admin'),
    'profiles.yaml': edited(profiles, 'title: View Ingresses', 'titel: View Ingresses'),
  });
  const lines = problems.map((problem) => problem.slice(0, problem.indexOf(': ')));
  expect(lines.toSorted()).toEqual([
    'identities.yaml:8',
    'profiles.yaml:2',
    'profiles.yaml:3',
    'rules.yaml:7',
    'rules.yaml:9',
  ]);
});

test('no key of a file reaches further than the file', async () => {
  await problemsOf({
    'rules.yaml': `${rules}__proto__:\n  polluted: true\n`,
    'profiles.yaml': '__proto__: { polluted: true }\n',
  });
  expect({}).not.toHaveProperty('polluted');
});

test('a rule that names a profile or a kind that there is not is a problem: another rule would speak instead', async () => {
  const misspelt = rules.replace(
    "namespaces: ['bank-*']",
    "namespaces: ['bank-*']\n      kinds: [acces]\n      profiles: [ingress-veiw, 'ingress-*']",
  );
  const read = await withFolder({ ...right, 'rules.yaml': misspelt }, readHere);
  expect(read.ok ? [] : read.error).toEqual([
    'rules.yaml:18: "rules.1.match.kinds.0": "acces" fits none of the kinds there are: access, change, open.',
    'rules.yaml:19: "rules.1.match.profiles.0": "ingress-veiw" fits none of the profiles there are: ingress-view, ingresses, pods-to-pods.',
  ]);
});

test('a rule for a pipeline that nobody is is a problem: what it asks would be decided on by another rule', async () => {
  const named = rules.replace(
    "namespaces: ['bank-*']",
    "namespaces: ['bank-*']\n      callers: [deploy-shop, 'nightly-*']",
  );
  const read = await withFolder({ ...right, 'rules.yaml': named }, readHere);
  expect(read.ok ? [] : read.error).toEqual([
    'rules.yaml:18: "rules.1.match.callers.0": "deploy-shop" fits no pipeline or agent; identities.yaml has none.',
    'rules.yaml:18: "rules.1.match.callers.1": "nightly-*" fits no pipeline or agent; identities.yaml has none.',
  ]);
  const known = `callers:\n  - name: deploy-shop\n    responsible: U0ALICE\n    serviceAccount: { cluster: prod, namespace: ci, name: deployer }\n`;
  const some = await withFolder(
    { ...right, 'rules.yaml': named, 'identities.yaml': `${right['identities.yaml']}${known}` },
    readHere,
  );
  expect(some.ok ? [] : some.error).toEqual([
    'rules.yaml:18: "rules.1.match.callers.1": "nightly-*" fits no pipeline or agent; there are: deploy-shop.',
  ]);
});
