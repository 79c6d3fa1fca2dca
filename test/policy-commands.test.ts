import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { identitiesFile, sharedIn, templateIn } from '#domain/identities-file.ts';
import { explainPolicy, testPolicy } from '#src/commands/policy.ts';
import { withFolder } from '#test/build/folder.ts';
import { filesBesideRules, root } from '#test/build/shipped-policy.ts';

/** The examples of the documentation: a heading, and the rules and cases below it. */
const page = readFileSync(join(root, 'docs/policy.md'), 'utf8');
const head = /```yaml\n# head\n(.*?)```/s.exec(page)?.[1] ?? '';
const examples = [...page.matchAll(/^### (\d+\. [^\n]+)\n.*?```yaml\n(.*?)```/gms)].map(([, name = '', text = '']) => ({
  name,
  ...(parse(text) as { rules: unknown; cases: unknown }),
}));
const folderOf = ({ rules, cases }: { readonly rules: unknown; readonly cases: unknown }) => ({
  ...filesBesideRules,
  'rules.yaml': `${head}${stringify({ rules })}`,
  'tests.yaml': stringify({ cases }),
});

describe('the policies of the documentation', () => {
  test('are thirteen', () => {
    expect(examples).toHaveLength(13);
  });

  test.each(examples)('$name', async ({ rules, cases }) => {
    const result = await withFolder(folderOf({ rules, cases }), (folder) => testPolicy(folder));
    expect(result).toEqual({ ok: true, value: [expect.stringMatching(/^(\d+) of \1 cases are as expected\.$/)] });
  });
});

test('the template of the documentation is one', () => {
  const written = /## Who is who.*?```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const read = identitiesFile.parse(parse(written));
  expect(sharedIn(read)).toEqual([]);
  expect(templateIn(read)).toMatchObject({ domain: 'acme.test', user: '{local}@acme.test' });
});

test('the cases of the policy to start from are as expected', async () => {
  expect(await testPolicy(join(root, 'manifests/policy'))).toMatchObject({ ok: true });
});

const one = {
  name: 'one',
  by: 'U0000000ANN',
  groups: ['engineers'],
  kind: 'access',
  profiles: ['ingress-view'],
  cluster: 'prod',
  namespace: 'shop',
};
const rules = [
  {
    name: 'strict',
    match: { kinds: ['change'], if: 'after.all(o, o.spec.replicas < 3)' },
    ask: ['engineers'],
    refuse: 'no',
  },
  {
    name: 'usual',
    ask: ['engineers'],
    approve: [{ from: 'platform', count: 2 }],
    never: ['contractors'],
    channel: 'C000APPROVALS',
    duration: { shortest: '5m', default: '30m', longest: '4h' },
    respondWithin: '1h',
    reason: { pattern: '^OPS-', say: 'begin with a ticket' },
  },
];
const changing = { ...one, kind: 'change', profiles: ['deployments'] };
const run = (cases: unknown, command = testPolicy) =>
  withFolder(folderOf({ rules, cases }), (folder) => command(folder));

test.each<[what: string, cases: unknown, problem: string]>([
  [
    'another rule',
    [{ ...one, expect: { rule: 'strict' } }],
    'tests.yaml:2: "one": it expects {"rule":"strict"}, and rule "usual" decides.',
  ],
  ['a refusal that does not come', [{ ...one, expect: { refused: 'strict' } }], 'and rule "usual" decides.'],
  [
    'a decision that is refused',
    [{ ...changing, after: [{ spec: { replicas: 1 } }], expect: { rule: 'usual' } }],
    'and rule "strict" refuses: no.',
  ],
  [
    'a decision that fails',
    [{ ...changing, after: [{}], expect: { rule: 'usual' } }],
    'the condition of rule "strict" fails: no such key.',
  ],
  [
    'an approval by itself that needs people',
    [{ ...one, expect: { rule: 'usual', auto: true } }],
    'and rule "usual" decides.',
  ],
  ['nobody where somebody may', [{ ...one, expect: { nobody: true } }], 'and rule "usual" decides.'],
  [
    'somebody where nobody may',
    [{ ...one, groups: [], expect: { rule: 'usual' } }],
    'and no rule lets this person ask this.',
  ],
  [
    'a rule that there is not',
    [{ ...one, expect: { rule: 'usuall' } }],
    'it expects a rule "usuall", which there is not.',
  ],
  ['nothing', [one], 'it expects nothing. Give it an "expect".'],
  ['two things', [{ ...one, expect: { rule: 'usual', nobody: true } }], 'tests.yaml:11: "cases.0.expect": say one of'],
  [
    'a kind that there is not',
    [{ ...one, kind: 'acces', expect: { rule: 'usual' } }],
    'there is no kind "acces". There are: access, change, open, delete-pod, debug, restart, scale, rollback.',
  ],
  [
    'a profile that there is not',
    [{ ...one, profiles: ['x'], expect: { rule: 'usual' } }],
    'kind "access" has no "x".',
  ],
  [
    'a group of Slack that there is not',
    [{ ...one, groups: ['devs'], expect: { rule: 'usual' } }],
    '"devs" is no Slack group of the policy',
  ],
  ['a misspelt key', [{ ...one, namespaces: ['x'], expect: { rule: 'usual' } }], 'this key is not known here'],
  ['a time that is none', [{ ...one, at: 'tomorrow', expect: { rule: 'usual' } }], 'not an instant. Write it like'],
  ['a length that is none', [{ ...one, for: '3 hours', expect: { rule: 'usual' } }], '"3 hours" is not a duration.'],
  [
    'a label that is no text',
    [{ ...one, namespaceLabels: { prod: true }, expect: { rule: 'usual' } }],
    'tests.yaml:12: "cases.0.namespaceLabels.prod": not a text. Write it in quotes',
  ],
  [
    'a source that there is not',
    [{ ...one, source: 'email', expect: { rule: 'usual' } }],
    'not a source of requests. Write one of slack, kubectl, api, cli, mcp, drift.',
  ],
  ['no cases', [], 'there are no cases'],
])('a case that expects or says %s is told with its line', async (_, cases, problem) => {
  const result = await run(cases);
  expect(result.ok).toBe(false);
  expect((result.ok ? result.value : result.error).join('\n')).toContain(problem);
});

test('a folder without cases says what to do', async () => {
  const { 'tests.yaml': _, ...files } = folderOf({ rules, cases: [] });
  expect(await withFolder(files, (folder) => testPolicy(folder))).toEqual({
    ok: false,
    error: ['tests.yaml: there is none in this folder. Write cases there, or name another file behind the folder.'],
  });
});

test('a case says where it comes from; from Slack unless it does', async () => {
  const agents = { name: 'agents', match: { sources: ['mcp', 'api'] }, ask: ['engineers'], refuse: 'people only' };
  const cases = [
    { ...one, source: 'mcp', expect: { refused: 'agents' } },
    { ...one, source: 'cli', expect: { rule: 'usual' } },
    { ...one, expect: { rule: 'usual' } },
  ];
  const files = folderOf({ rules: [agents, ...rules], cases });
  expect(await withFolder(files, (folder) => testPolicy(folder))).toEqual({
    ok: true,
    value: ['3 of 3 cases are as expected.'],
  });
});

test('every rule is explained, and what comes of it', async () => {
  const cases = [one, { ...changing, after: [{ spec: { replicas: 1 } }] }, { ...one, groups: [] }];
  const result = await run(cases, explainPolicy);
  expect(result.ok && result.value).toEqual([
    'tests.yaml:2: one',
    '  ✘ strict  speaks of something else',
    '  ✔ usual   rule "usual" decides',
    '  ',
    '  Needs 2 of platform, each another person, within 1h.',
    '  Never decided on by contractors.',
    '  For 30m, at least 5m, at most 4h; its card is in C000APPROVALS.',
    '  Its reason must be like this: begin with a ticket.',
    '',
    expect.stringMatching(/^tests.yaml:\d+: one$/),
    '  ✘ strict  rule "strict" refuses: no',
    '  · usual   not looked at',
    '  ',
    '  Nobody may have it: rule "strict" refuses: no.',
    '',
    expect.stringMatching(/^tests.yaml:\d+: one$/),
    '  ✘ strict  speaks of something else',
    '  ✘ usual   requester not in its groups',
    '  ',
    '  Nobody may have it: no rule lets this person ask this.',
  ]);
});
