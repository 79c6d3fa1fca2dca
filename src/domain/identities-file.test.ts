import { expect, test } from 'vitest';
import { alice, bob, carol } from '#test/build/people.ts';
import { identitiesFile, identitiesIn, sharedIn, templateIn } from './identities-file.ts';
import { problemsOfIssue } from './problem.ts';

const line = (slack: string, user: string, groups?: readonly string[]) => ({
  slack,
  kubernetes: { user, ...(groups === undefined ? {} : { groups }) },
});
const problemsIn = (file: unknown): readonly string[] => {
  const parsed = identitiesFile.safeParse(file);
  const problems = parsed.success ? sharedIn(parsed.data) : parsed.error.issues.flatMap(problemsOfIssue);
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

test('a map of people to users is read, without groups where none stand', () => {
  const file = { people: [line(alice, 'alice'), line(bob, 'bob', ['dev'])] };
  expect(problemsIn(file)).toEqual([]);
  expect(identitiesIn(identitiesFile.parse(file))).toEqual([
    { person: alice, kubernetes: { user: 'alice', groups: [] } },
    { person: bob, kubernetes: { user: 'bob', groups: ['dev'] } },
  ]);
});

test.each([
  ['an e-mail address for a Slack user', line('alice@example.com', 'alice'), 'people.0.slack: not a Slack user id'],
  [
    'a name of Kubernetes itself',
    line(alice, 'system:admin'),
    'people.0.kubernetes.user: names that start with "system:"',
  ],
  [
    'a group of Kubernetes itself',
    line(alice, 'alice', ['dev', 'system:masters']),
    'people.0.kubernetes.groups.1: names that start',
  ],
  ['an empty user', line(alice, ''), 'people.0.kubernetes.user: '],
  ['a misspelt key', { ...line(alice, 'alice'), email: 'a' }, 'people.0.email: this key is not known here'],
  [
    'a misspelt key further in',
    { slack: alice, kubernetes: { user: 'a', group: 'dev' } },
    'people.0.kubernetes.group: this key',
  ],
  ['a missing user', { slack: alice, kubernetes: {} }, 'people.0.kubernetes.user: '],
])('%s is a problem at its place', (_, entry, problem) => {
  const problems = problemsIn({ people: [entry] });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test('two people on one user are a problem at the later one, whatever the case of its letters', () => {
  const problems = problemsIn({
    people: [line(alice, 'sam@example.com'), line(bob, 'bob'), line(carol, 'Sam@Example.com')],
  });
  expect(problems).toEqual([
    `people.2.kubernetes.user: ${alice} and ${carol} would be the same Kubernetes user; each needs their own`,
  ]);
});

test('a person who is there twice is a problem at the second time', () => {
  const problems = problemsIn({ people: [line(alice, 'alice'), line(alice, 'root')] });
  expect(problems).toEqual([`people.1.slack: ${alice} is there twice; a person is one Kubernetes user`]);
});

test.each([undefined, null, [], 'people', { people: null }, {}])('%j is not a map of people', (file) => {
  expect(problemsIn(file).length).toBeGreaterThan(0);
});

const template = { domain: 'acme.test', user: '{local}@acme.test', trustSlackAddresses: true };
const withTemplate = (changed: object) => ({ people: [], template: { ...template, ...changed } });

test('a template is read, without groups where none stand; there is none unless it is written', () => {
  expect(problemsIn(withTemplate({}))).toEqual([]);
  expect(templateIn(identitiesFile.parse(withTemplate({ never: ['desk'] })))).toEqual({
    domain: 'acme.test',
    user: '{local}@acme.test',
    groups: [],
    never: ['desk'],
  });
  expect(templateIn(identitiesFile.parse({ people: [] }))).toBeUndefined();
});

test.each([
  [
    'nothing said of trust',
    { trustSlackAddresses: undefined },
    'trustSlackAddresses: write "trustSlackAddresses: true"',
  ],
  ['no trust', { trustSlackAddresses: false }, 'trustSlackAddresses: write "trustSlackAddresses: true"'],
  ['a domain in capitals', { domain: 'Acme.test' }, 'domain: not a domain in lower case'],
  ['a pattern of domains', { domain: '*.acme.test' }, 'domain: not a domain'],
  ['a domain with its @', { domain: '@acme.test' }, 'domain: not a domain'],
  ['a name that is no domain', { domain: 'localhost' }, 'domain: not a domain'],
  ['no domain', { domain: undefined }, 'domain: '],
  ['one user for all', { user: 'everybody' }, 'user: has to hold "{local}" once'],
  ['a user who holds it twice', { user: '{local}-{local}' }, 'user: has to hold "{local}" once'],
  ['a user with another variable', { user: '{local}@{domain}' }, 'user: has to hold "{local}" once'],
  ['a user of Kubernetes itself', { user: 'system:{local}' }, 'user: names that start with "system:"'],
  ['a user who could become one of Kubernetes itself', { user: '{local}:dev' }, 'user: could become a name'],
  ['a group of Kubernetes itself', { groups: ['system:masters'] }, 'groups.0: names that start'],
  ['a whole address that is never somebody', { never: ['desk@acme.test'] }, 'never.0: not what stands before'],
  ['a misspelt key', { group: ['dev'] }, 'group: this key is not known here'],
])('a template with %s is a problem at its place', (_, changed, problem) => {
  const problems = problemsIn(withTemplate(changed));
  expect(problems.join('\n')).toContain(`template.${problem}`);
});
