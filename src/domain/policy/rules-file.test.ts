import { expect, test } from 'vitest';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { groupsIn, problemsOf, rulesFile, rulesIn } from './rules-file.ts';

/** Takes every text that does not begin with "bad". */
const compiled = (text: string) => (text.startsWith('bad') ? err(`${text} is wrong`) : ok({ text }));
const compile = {
  condition: (text: string) =>
    map(compiled(text), (one) => ({ ...one, holds: () => ({ type: 'yes' }) as const, speaksOf: () => false })),
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
  ['30d', 30],
  ['400d', 400],
  ['36500d', 36_500],
])('a retention of %s is so many days, where there is an audit channel', (retention, days) => {
  const retained = { ...file, auditChannel: 'C02AUDIT', retention };
  expect(problemsIn(retained)).toEqual([]);
  expect(rulesFile.parse(retained).retention).toBe(days);
  expect(rulesFile.parse(file).retention).toBeUndefined();
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
  [
    'a step that is left out',
    withRule({ approve: [{ from: 'platform' }, { from: 'developers', step: 3 }] }),
    'rules.0.approve: steps are counted from 1',
  ],
  [
    'a step before the first',
    withRule({ approve: [{ from: 'platform', step: 0 }] }),
    'rules.0.approve.0.step: steps are counted from 1',
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
  [
    'a group named as in a hierarchy',
    { ...file, groups: { ...file.groups, 'tenant/admin': 'S02ABCDEF' } },
    'groups.tenant/admin: ',
  ],
  ['a group with a colon in its name', { ...file, groups: { ...file.groups, 'a:b': 'S02ABCDEF' } }, 'groups.a:b: '],
  ['a group named by an emoji', { ...file, groups: { ...file.groups, '🚀': 'S02ABCDEF' } }, 'groups.🚀: '],
  ['a name in capitals', { ...file, groups: { ...file.groups, Platform: 'S02ABCDEF' } }, 'groups.Platform: '],
  ['a channel by its name', withRule({ channel: '#approvals' }), 'rules.0.channel: not a Slack channel id'],
  ['an audit channel by name', { ...file, auditChannel: '#audit' }, 'auditChannel: '],
  ...[
    30,
    400,
    '0d',
    '29d',
    '36501d',
    '999999d',
    '1y',
    '400',
    '-5d',
    '30d12h',
    '1.5d',
    '400D',
    ' 400d',
    '',
    ['400d'],
  ].map((retention): [string, object, string] => [
    `a retention of ${JSON.stringify(retention)}`,
    { ...file, auditChannel: 'C02AUDIT', retention },
    'Write whole days from 30d to 36500d, like "400d", or leave it out: then nothing is removed.',
  ]),
  [
    'a retention without an audit channel',
    { ...file, retention: '400d' },
    'retention: needs "auditChannel", where each removal is recorded before it is done; name a channel',
  ],
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
  [
    'a shortest longer than the default',
    withRule({ duration: { shortest: '1h', default: '30m', longest: '2h' } }),
    'rules.0.duration.shortest: the shortest duration is longer',
  ],
  [
    'a time of day that is none',
    withRule({ match: { when: [{ zone: 'UTC', from: '25:00' }] } }),
    'rules.0.match.when.0.from: not a time of day. Write it in quotes, like "22:00".',
  ],
  [
    'a zone that is none',
    withRule({ match: { when: [{ zone: 'Mars/Olympus' }] } }),
    'rules.0.match.when.0.zone: not a time zone. Write it like',
  ],
  [
    'a day that is none',
    withRule({ match: { when: [{ zone: 'UTC', days: ['monday'] }] } }),
    'rules.0.match.when.0.days.0: not a day. Write one of mon',
  ],
  ['a risk that is none', withRule({ match: { risk: ['low'] } }), 'rules.0.match.risk.0: not a risk'],
  ['a condition that is wrong', withRule({ match: { if: 'bad' } }), 'rules.0.match.if: bad is wrong'],
  [
    'a pattern that is wrong',
    withRule({ reason: { pattern: 'bad', say: 'x' } }),
    'rules.0.reason.pattern: not a regular expression (RE2): bad is wrong',
  ],
  ['a pattern that nobody is told of', withRule({ reason: { pattern: 'x' } }), 'rules.0.reason.say'],
  ['an unknown group that never decides', withRule({ never: ['devs'] }), 'rules.0.never.0: there is no group "devs"'],
  [
    'a group of whom nobody may decide',
    withRule({ never: ['platform'] }),
    'rules.0.approve.0: group "platform" has 0 people who may decide',
  ],
  [
    'a rule that refuses and lets approve',
    withRule({ refuse: 'no', channel: undefined, duration: undefined, respondWithin: undefined }),
    'rules.0.approve: has no meaning in a rule that refuses',
  ],
  [
    'a refusal without a reason',
    { ...file, rules: [{ name: 'x', ask: ['developers'], refuse: ' ' }] },
    'rules.0.refuse: say why',
  ],
  [
    'a rule that approves by itself for good',
    withRule({ auto: true, permanent: true }),
    'rules.0.permanent: what is approved by itself is for a time only',
  ],
  ['a rule that approves by itself and is false', withRule({ auto: false }), 'rules.0.auto: write "auto: true"'],
  ['a missing channel', withRule({ channel: undefined }), 'rules.0.channel: is missing'],
  ['a missing duration', withRule({ duration: undefined }), 'rules.0.duration: is missing'],
  ['a match that is empty', withRule({ match: { namespaces: [] } }), 'rules.0.match.namespaces: '],
  ['a match of nothing', withRule({ match: { namespaces: [''] } }), 'rules.0.match.namespaces.0: '],
  [
    'a label that is none',
    withRule({ match: { namespaceLabels: { 'env=prod': 'x' } } }),
    'rules.0.match.namespaceLabels.env=prod: not the name of a label',
  ],
  [
    'a value of a label that is no text',
    withRule({ match: { namespaceLabels: { env: true } } }),
    'rules.0.match.namespaceLabels.env: neither a pattern nor a list of patterns. Write it in quotes',
  ],
  [
    'a value in a list that is no text',
    withRule({ match: { namespaceLabels: { env: ['prod', 1] } } }),
    'rules.0.match.namespaceLabels.env: neither a pattern nor a list of patterns. Write it in quotes',
  ],
  [
    'a pattern that no value of a label can fit',
    withRule({ match: { namespaceLabels: { env: 'prod env' } } }),
    'rules.0.match.namespaceLabels.env: not a pattern for a label’s value',
  ],
  [
    'an empty pattern of a label',
    withRule({ match: { namespaceLabels: { env: '' } } }),
    'rules.0.match.namespaceLabels.env: not a pattern for a label’s value',
  ],
  [
    'no pattern of a label',
    withRule({ match: { namespaceLabels: { env: [] } } }),
    'rules.0.match.namespaceLabels.env: fits nothing',
  ],
  [
    'no labels',
    withRule({ match: { namespaceLabels: {} } }),
    'rules.0.match.namespaceLabels: names no label; leave it out',
  ],
  [
    'labels in a list',
    withRule({ match: { namespaceLabels: ['env'] } }),
    'rules.0.match.namespaceLabels: not labels with their values',
  ],
  [
    'a source that there is not',
    withRule({ match: { sources: ['slack', 'email'] } }),
    'rules.0.match.sources.1: not a source of requests. Write one of slack, kubectl, api, cli, mcp, drift.',
  ],
  [
    'a pattern of sources',
    withRule({ match: { sources: ['*'] } }),
    'rules.0.match.sources.0: not a source of requests',
  ],
  ['no sources', withRule({ match: { sources: [] } }), 'rules.0.match.sources: from nowhere; leave it out'],
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

test('what a rule may say beyond who and whom is read', () => {
  const read = rulesFile.parse({
    ...file,
    rules: [
      { name: 'freeze', ask: ['developers'], refuse: 'not now', match: { when: [{ zone: 'UTC', days: ['fri'] }] } },
      {
        ...rule,
        match: {
          when: [{ zone: 'Europe/Berlin', from: '22:00', until: '06:00' }, { zone: 'UTC' }],
          risk: ['none'],
          if: 'risk == "none"',
        },
        auto: true,
        never: ['developers'],
        reason: { pattern: '^OPS-', say: 'begin with a ticket' },
      },
    ],
  });
  expect(problemsOf(read, compile)).toEqual([]);
  expect(rulesIn(read, compile)).toMatchObject([
    { name: 'freeze', refuse: 'not now', approve: [], match: { when: [{ zone: 'UTC', days: ['fri'] }] } },
    {
      name: 'shop',
      auto: true,
      never: ['developers'],
      match: {
        when: [{ zone: 'Europe/Berlin', days: { length: 7 } }, { zone: 'UTC' }],
        risk: ['none'],
        if: { text: 'risk == "none"' },
      },
      reason: { pattern: { text: '^OPS-' }, say: 'begin with a ticket' },
    },
  ]);
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

test('break-glass, reminders and escalation are read, with what they leave out', () => {
  const told = {
    breakGlass: { who: ['platform'] },
    remindEvery: '10m',
    escalate: { after: '30m', to: ['developers'] },
  };
  expect(problemsIn(withRule(told))).toEqual([]);
  const [read] = rulesIn(rulesFile.parse(withRule(told)), compile);
  expect(read?.breakGlass).toMatchObject({ who: ['platform'] });
  expect(read?.breakGlass?.longest.total('hours')).toBe(2);
  expect(read?.breakGlass?.remindEvery.total('hours')).toBe(4);
});

test.each([
  ['a group that is not there', { breakGlass: { who: ['ops'] } }, 'rules.0.breakGlass.who.0: there is no group "ops"'],
  ['nobody', { breakGlass: { who: [] } }, 'rules.0.breakGlass.who: nobody may take it so'],
  [
    'more than the rule gives',
    { breakGlass: { who: ['platform'], longest: '3h' } },
    'is longer than what the rule gives',
  ],
  [
    'less than the rule wants at least',
    { breakGlass: { who: ['platform'], longest: '5m' }, duration: { shortest: '10m', default: '30m', longest: '2h' } },
    'rules.0.breakGlass.longest: is shorter than the shortest',
  ],
  ['a reminder each second', { remindEvery: '1s' }, 'rules.0.remindEvery: is shorter than 1m'],
  ['a reminder after the end', { remindEvery: '1h' }, 'rules.0.remindEvery: never comes: it has timed out by then'],
  [
    'an escalation after the end',
    { escalate: { after: '2h', to: ['platform'] } },
    'rules.0.escalate.after: never comes',
  ],
  ['an escalation to nobody', { escalate: { after: '10m', to: [] } }, 'rules.0.escalate.to: to nobody'],
  ['an escalation to whom there is not', { escalate: { after: '10m', to: ['x'] } }, 'there is no group "x"'],
  [
    'what waits for nobody',
    { auto: true, remindEvery: '10m' },
    'rules.0.remindEvery: has no meaning where nobody is asked',
  ],
  ['break-glass of what is at once', { auto: true, breakGlass: { who: ['platform'] } }, 'has no meaning where nobody'],
])('%s is a problem', (_, changed, said) => {
  expect(problemsIn(withRule(changed)).join()).toContain(said);
});

test('a rule that refuses knows no break-glass', () => {
  const { approve: _, channel: __, duration: ___, respondWithin: ____, ...bare } = rule;
  const refusing = { ...file, rules: [{ ...bare, refuse: 'no', breakGlass: { who: ['platform'] } }] };
  expect(problemsIn(refusing)).toEqual(['rules.0.breakGlass: has no meaning in a rule that refuses; leave it out']);
});

test('labels of namespaces are read, one pattern or several', () => {
  const namespaceLabels = { env: 'prod', 'acme.test/tier': ['1', 'gold-*'] };
  const read = rulesFile.parse(withRule({ match: { namespaceLabels } }));
  expect(problemsOf(read, compile)).toEqual([]);
  expect(rulesIn(read, compile)).toMatchObject([
    { match: { namespaceLabels: { env: ['prod'], 'acme.test/tier': ['1', 'gold-*'] } } },
  ]);
});
