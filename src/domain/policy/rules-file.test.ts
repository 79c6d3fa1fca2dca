import { expect, test } from 'vitest';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { groupsIn, problemsOf, rulesFile, rulesIn } from './rules-file.ts';

/** Takes every text that does not begin with "bad". */
const compiled = (text: string) => (text.startsWith('bad') ? err(`${text} is wrong`) : ok({ text }));
const compile = {
  condition: (text: string) => map(compiled(text), (one) => ({ ...one, holds: () => ({ type: 'yes' }) as const })),
  pattern: (text: string) => map(compiled(text), (one) => ({ ...one, matches: () => true })),
};
function map<T, U>(result: Result<T, string>, to: (value: T) => U): Result<U, string> {
  return result.ok ? ok(to(result.value)) : result;
}

const rule = {
  name: 'shop',
  ask: ['developers'],
  approve: [{ from: 'platform' }],
  channel: 'C02ABCDEF',
  duration: { default: '30m', longest: '2h' },
  respondWithin: '1h',
};
const file = {
  adminChannel: 'C02ADMINS',
  groups: { developers: 'S02ABCDEF', platform: ['U02BOB', 'U02CAROL'] },
  rules: [rule],
};
const withRule = (changed: object) => ({ ...file, rules: [{ ...rule, ...changed }] });

const problemsIn = (value: unknown): readonly string[] => {
  const parsed = rulesFile.safeParse(value);
  const problems = parsed.success ? problemsOf(parsed.data, compile) : parsed.error.issues.flatMap(problemsOfIssue);
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

test('a file that is right is read, with what it leaves out', () => {
  expect(problemsIn(file)).toEqual([]);
  const read = rulesFile.parse(file);
  expect(groupsIn(read)).toEqual(
    new Map([
      ['developers', { type: 'slack-group', id: 'S02ABCDEF' }],
      ['platform', { type: 'people', people: ['U02BOB', 'U02CAROL'] }],
    ]),
  );
  expect(rulesIn(read, compile)[0]).toMatchObject({
    match: { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*'] },
    approve: [{ from: 'platform', count: 1 }],
  });
});

test.each([
  ['an unknown key', { ...file, rulez: [] }, 'rulez: this key is not known here'],
  ['an unknown key of a rule', withRule({ aprove: [] }), 'rules.0.aprove: this key is not known here'],
  ['an unknown key of a match', withRule({ match: { namespace: ['a'] } }), 'rules.0.match.namespace: this key'],
  [
    'an unknown key of a requirement',
    withRule({ approve: [{ from: 'platform', min: 2 }] }),
    'rules.0.approve.0.min: this key',
  ],
  [
    'an unknown group that may ask',
    withRule({ ask: ['developers', 'devs'] }),
    'rules.0.ask.1: there is no group "devs" under "groups". There are: developers, platform.',
  ],
  [
    'an unknown group that approves',
    withRule({ approve: [{ from: 'sec' }] }),
    'rules.0.approve.0.from: there is no group "sec"',
  ],
  [
    'a group with the name of something inherited',
    withRule({ approve: [{ from: 'constructor' }] }),
    'rules.0.approve.0.from: there is no group "constructor"',
  ],
  ['an approval by nobody', withRule({ approve: [] }), 'rules.0.approve: nobody has to approve, so everybody could'],
  ['a missing approval', withRule({ approve: undefined }), 'rules.0.approve: '],
  [
    'an approval by no people',
    withRule({ approve: [{ from: 'platform', count: 0 }] }),
    'rules.0.approve.0.count: at least one person must approve',
  ],
  [
    'an approval by half a person',
    withRule({ approve: [{ from: 'platform', count: 1.5 }] }),
    'rules.0.approve.0.count: ',
  ],
  ['a request by nobody', withRule({ ask: [] }), 'rules.0.ask: nobody may ask'],
  [
    'more people than the group has',
    withRule({ approve: [{ from: 'platform', count: 3 }] }),
    'rules.0.approve.0: group "platform" has 2 people, and 3 of them must approve',
  ],
  ['an empty group', { ...file, groups: { ...file.groups, platform: [] } }, 'groups.platform: the group is empty'],
  [
    'a group by its handle',
    { ...file, groups: { ...file.groups, platform: '@platform' } },
    'groups.platform: neither a Slack user group id',
  ],
  [
    'a group of names',
    { ...file, groups: { ...file.groups, platform: ['bob'] } },
    'groups.platform.0: not a Slack user id',
  ],
  [
    'a group that is a number',
    { ...file, groups: { ...file.groups, platform: 5 } },
    'groups.platform: neither a Slack user group id',
  ],
  ['a name in capitals', { ...file, groups: { ...file.groups, Platform: 'S02ABCDEF' } }, 'groups.Platform: '],
  ['a channel by its name', withRule({ channel: '#approvals' }), 'rules.0.channel: not a Slack channel id'],
  ['a missing channel of administrators', { ...file, adminChannel: undefined }, 'adminChannel: '],
  [
    'a duration in words',
    withRule({ duration: { default: '30m', longest: '3 hours' } }),
    'rules.0.duration.longest: "3 hours" is not a duration. Write it like',
  ],
  ['a duration without unit', withRule({ respondWithin: 30 }), 'rules.0.respondWithin: not a duration. Write it like'],
  [
    'a default longer than the longest',
    withRule({ duration: { default: '3h', longest: '2h' } }),
    'rules.0.duration.default: the default duration is longer',
  ],
  ['a match that is empty', withRule({ match: { namespaces: [] } }), 'rules.0.match.namespaces: '],
  ['a match of nothing', withRule({ match: { namespaces: [''] } }), 'rules.0.match.namespaces.0: '],
  ['no rules', { ...file, rules: [] }, 'rules: there are no rules, so nobody may ask for anything'],
  [
    'two rules of one name',
    { ...file, rules: [rule, { ...rule, ask: ['platform'] }] },
    'rules.1.name: there are two rules "shop"',
  ],
])('%s is a problem at its place', (_, value, problem) => {
  const problems = problemsIn(value);
  expect(problems.join('\n')).toContain(problem);
  expect(problems).toHaveLength(1);
});

test('two places for the one person who could fill either are a problem of the rule', () => {
  const groups = { developers: 'S02ABCDEF', platform: ['U02BOB'], security: ['U02BOB'] };
  const approve = [{ from: 'platform' }, { from: 'security' }];
  expect(problemsIn({ ...file, groups, rules: [{ ...rule, approve }] })).toEqual([
    'rules.0.approve: these groups have too few different people between them; nobody counts twice',
  ]);
});

test('nobody can tell from the file whether a group of Slack has enough people', () => {
  expect(problemsIn(withRule({ approve: [{ from: 'developers', count: 20 }] }))).toEqual([]);
});

test('every problem is named, not only the first', () => {
  const rules = [
    { ...rule, ask: ['a'], approve: [{ from: 'b' }] },
    { ...rule, ask: ['c'] },
  ];
  expect(problemsIn({ ...file, rules })).toHaveLength(4);
});

test.each([undefined, null, [], 'rules', 5])('%j is not a file of rules', (value) => {
  expect(problemsIn(value).length).toBeGreaterThan(0);
});
