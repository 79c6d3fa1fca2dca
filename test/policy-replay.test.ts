import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys, type Keys } from '#adapters/keys/keys.ts';
import { personId } from '#domain/ids.ts';
import type { Submitted } from '#domain/request/events.ts';
import { replayPolicy } from '#src/commands/replay.ts';
import { endOf, exportOf, type Filed } from '#test/build/exports.ts';
import { bob, carol, id } from '#test/build/people.ts';
import { approved, submitted } from '#test/build/requests.ts';
import { filesBesideRules } from '#test/build/shipped-policy.ts';

const ann = personId.parse('U0000000ANN');
const usual = {
  name: 'usual',
  ask: ['engineers'],
  approve: [{ from: 'platform' }],
  channel: 'C000APPROVALS',
  duration: { default: '30m', longest: '4h' },
  respondWithin: '1h',
};
const freeze = {
  name: 'freeze',
  match: { namespaces: ['shop'] },
  ask: ['oncall', 'engineers'],
  refuse: 'nothing before January',
};
const identities = stringify({ people: [{ slack: ann, kubernetes: { user: 'ann@acme.test' } }] });
const filesFor = (...rules: readonly object[]): Readonly<Record<string, string>> => ({
  ...filesBesideRules,
  'identities.yaml': identities,
  'rules.yaml': stringify({
    adminChannel: 'C00000ADMIN',
    groups: { engineers: 'S0000ENGINEERS', platform: [bob, carol, 'U000000OLGA'], oncall: ['U000000OLGA'] },
    rules,
  }),
});

let place: string;
let keys: Keys;
let thenHash: string;

const at = (...names: readonly string[]): string => join(place, ...names);
const folder = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
  await mkdir(at(name), { recursive: true });
  await Promise.all(Object.entries(files).map(([file, text]) => writeFile(at(name, file), text)));
  return at(name);
};
const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(at(name), content);
  return at(name);
};
const textOf = (lines: readonly string[], feed = '\n'): string => lines.map((line) => `${line}${feed}`).join('');

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'hallpass-test-'));
  generateKeys(at('keys'));
  const loaded = createKeys(at('keys'));
  if (!loaded.ok) throw new Error(loaded.error.join());
  keys = loaded.value;
  const then = await readPolicyFolder(await folder('then', filesFor(usual)));
  if (!then.ok) throw new Error(then.error.join());
  thenHash = then.value.settings.policy.hash;
  await folder('renamed', filesFor({ ...usual, name: 'ordinary' }));
  await folder('frozen', filesFor(freeze, usual));
  await folder('bank', filesFor({ ...freeze, match: { namespaces: ['bank'] } }, usual));
});
afterAll(() => rm(place, { recursive: true }));

const asks = (changed: Partial<Submitted> = {}): Submitted =>
  submitted({
    requester: ann,
    subject: ann,
    approval: {
      rule: 'usual',
      policyHash: thenHash,
      quorum: [{ from: 'platform', count: 1 }],
      channel: 'C000APPROVALS',
    },
    ...changed,
  });
const ids = ['aaaa-aa', 'bbbb-bb', 'cccc-cc'].map((text) => id(text));
const [one = id(), two = id(), three = id()] = ids;
const vote = { type: 'voted', by: bob, revision: 1 } as const;
const three_ = (): readonly Filed[] => [
  [one, asks(), vote, { ...approved, by: [bob] }],
  [two, asks({ namespace: 'bank' }), { type: 'denied', by: bob, revision: 1, reason: 'no' }],
  [three, asks({ reason: 'a secret reason' }), { type: 'timed-out' }],
];
const run = async (policy: string, lines: readonly string[], ...flags: readonly string[]) =>
  replayPolicy([at(policy), await write('log.jsonl', textOf(lines)), ...flags]);
const said = (answer: Awaited<ReturnType<typeof run>>): string => (answer?.out ?? []).join('\n');

describe('policy replay', () => {
  test('of the policy that requests were filed under differs in nothing', async () => {
    const answer = await run('then', exportOf(keys, ...three_()), '--keys', at('keys'));
    expect(answer).toEqual({
      status: 0,
      out: ['3 requests replayed: 3 as before, 0 otherwise, 0 cannot be known'],
      errors: [],
    });
  });

  test('of other files that decide alike differs in nothing, once the policy of then is named', async () => {
    const before = ['--before', at('then'), '--keys', at('keys')];
    expect(await run('bank', exportOf(keys, [one, asks()]), ...before)).toMatchObject({ status: 0 });
    const answer = await run('bank', exportOf(keys, ...three_()), ...before);
    expect(answer).toEqual({
      status: 1,
      out: [
        '1 request: rule "usual" then, refused by "freeze" now',
        '  bbbb-bb  2026-11-20T12:00:00Z  U0000000ANN  access prod/bank: ingress-edit, for 30m',
        '           "freeze" stands above "usual".',
        '           nothing before January.',
        '',
        '3 requests replayed: 2 as before, 1 otherwise, 0 cannot be known',
      ],
      errors: [],
    });
  });

  test('names groups of Slack’s on which it depends, and how to say more', async () => {
    const answer = await run('renamed', exportOf(keys, ...three_()), '--keys', at('keys'));
    expect(answer).toMatchObject({ status: 1, errors: [] });
    expect(said(answer)).toContain(
      '3 requests: rule "usual" then; now it depends on who was in "engineers" (S0000ENGINEERS)\n  aaaa-aa',
    );
    expect(said(answer)).toContain(
      'It may be: rule "ordinary" (1 of platform); no rule lets them ask. In any case it is not as it was.',
    );
    expect(said(answer)).toContain(
      `Of 3 requests more may be known with the policy that was in force then (${thenHash.slice(0, 12)}…)`,
    );
    const told = await write('groups.yaml', `engineers: [${ann}]\n`);
    const more = await run('renamed', exportOf(keys, ...three_()), '--groups', told);
    expect(said(more)).toContain('3 requests: rule "usual" then, rule "ordinary" with the same approvals now\n');
    expect(said(more)).toContain('Who approved (UBOB) makes its approvals.');
    expect(said(more)).toMatch(/^Signatures were not looked at/);
    expect(said(more)).not.toContain('a secret reason');
  });

  test('finds the policy of then in a folder that holds several, and leaves out what it cannot read', async () => {
    await folder('history/2026-11', filesFor(usual));
    await folder('history/2019-01', { 'rules.yaml': 'rule: all' });
    await mkdir(at('history/notes'), { recursive: true });
    const answer = await run('bank', exportOf(keys, [one, asks()]), '--before', at('history'), '--keys', at('keys'));
    expect(answer).toMatchObject({
      status: 0,
      errors: [expect.stringMatching(/2019-01 was left out, for it cannot be read as a policy: /)],
    });
  });

  test('shows all of it with --all, and for machines with --json', async () => {
    const all = await run('then', exportOf(keys, ...three_()), '--all');
    expect(said(all)).toContain('3 requests: rule "usual" then and now\n  aaaa-aa');
    const json = JSON.parse(said(await run('frozen', exportOf(keys, ...three_()), '--json', '--before', at('then'))));
    expect(json).toMatchObject({
      ...{ replayed: 3, asBefore: 1, otherwise: 2, unknown: 0, signatures: 'not looked at', problems: [] },
      requests: [
        {
          ...{ request: one, result: 'otherwise', summary: 'rule "usual" then, refused by "freeze" now' },
          ...{ requester: ann, kind: 'access', namespace: 'shop', profiles: ['ingress-edit'], approvedBy: [bob] },
          decided: { rule: 'usual', policy: thenHash, auto: false },
          wouldBe: [{ type: 'refused', rule: 'freeze', why: 'nothing before January' }],
        },
        { request: three },
      ],
    });
  });

  test('reads standard input with "-"', async () => {
    const answer = await replayPolicy(
      [at('then'), '-'],
      (async function* () {
        yield Buffer.from(textOf(exportOf(keys, ...three_())));
      })(),
    );
    expect(answer).toMatchObject({ status: 0 });
  });

  test('of an export with nothing in it is content', async () => {
    expect(await run('then', exportOf(keys))).toMatchObject({ status: 0 });
  });
});

describe('an export that was tampered with', () => {
  const lines = (): string[] => [...exportOf(keys, ...three_())];

  test('is refused, and its request named', async () => {
    const edited = lines().map((line) => line.replace('a secret reason', 'another'));
    const answer = await run('then', edited, '--keys', at('keys'));
    expect(answer).toMatchObject({ status: 1 });
    expect(said(answer)).toContain('what was decided cannot be read from the log');
    expect(said(answer)).toContain('cccc-cc  entry 1: its signature is not valid');
  });

  test('by an event of a newer version is not known either', async () => {
    const [first = '', ...others] = lines();
    const newer = JSON.stringify({ ...JSON.parse(first), event: { ...JSON.parse(first).event, mood: 'good' } });
    const answer = await run('then', [newer, ...others]);
    expect(said(answer)).toMatch(/aaaa-aa {2}entry 1: its event is not one we know: .*mood/);
    expect(said(answer)).toContain('3 requests replayed: 2 as before, 0 otherwise, 1 cannot be known');
  });

  test('by what would write over a terminal shows it', async () => {
    const [first = '', ...others] = lines();
    const evil = JSON.stringify({ ...JSON.parse(first), author: '\u001b[2Jroot', event: '\u001b[31m' });
    expect(said(await run('then', [evil, ...others]))).not.toContain('\u001b');
  });
});

describe('what is no export is told, with what to do', () => {
  const good = (): string => textOf(exportOf(keys, ...three_()));
  test.each<[string, () => Promise<string>, RegExp]>([
    [
      'nothing',
      () => write('empty', ''),
      /empty: it is empty\.\nName a file that "hallpass log export" has written\.$/,
    ],
    ['a word', () => write('word', 'hello\n'), /word: line 1: it is not JSON\.\nName a file/],
    [
      'other JSON',
      () => write('other.json', '{"kind":"Pod"}\n'),
      /line 1: it is no entry of a request’s log\.\nName a file/,
    ],
    [
      'bytes',
      () =>
        write(
          'bytes',
          Uint8Array.from({ length: 5_000 }, (_, index) => (index * 167) % 256),
        ),
      /line 1: it is not text in UTF-8/,
    ],
    [
      'a line without an end',
      () => write('huge', new Uint8Array(20 * 1024 * 1024).fill(0x61)),
      /line 1: it is longer than 16 MiB/,
    ],
    ['a folder', async () => place, /is a folder\. Name a file/],
    ['not there', async () => at('none'), /none cannot be read \(ENOENT.*\)\. Name a file/],
  ])('%s', async (_, path, error) => {
    const answer = await replayPolicy([at('then'), await path()]);
    expect(answer?.status).toBe(1);
    expect(answer?.out).toBeUndefined();
    expect(answer?.errors?.join('\n')).toMatch(error);
  });

  test('one that was cut is replayed as far as it goes, and is not content', async () => {
    const half = good().slice(0, -150);
    const answer = await replayPolicy([at('then'), await write('cut', half)]);
    expect(answer).toMatchObject({ status: 1 });
    expect(answer?.errors?.join('\n')).toMatch(/its last line is missing: it was cut/);
    const added = await run('then', [...exportOf(keys, ...three_()).slice(0, -1), endOf(3, 9)]);
    expect(added?.errors?.join('\n')).toContain('something was added or taken out');
  });

  test('many strange lines are not told one by one', async () => {
    const answer = await run('then', [...exportOf(keys, ...three_()), ...Array.from({ length: 90 }, () => 'x')]);
    expect(answer?.errors).toHaveLength(21);
    expect(answer?.errors?.at(-1)).toMatch(/70 more such lines\.$/);
  });

  test('one that came over Windows is the same', async () => {
    const path = await write('crlf', `\uFEFF${textOf(exportOf(keys, ...three_()), '\r\n')}`);
    expect(await replayPolicy([at('then'), path, '--keys', at('keys')])).toMatchObject({ status: 0, errors: [] });
  });
});

describe('what is typed wrongly is told', () => {
  const groups = async (text: string): Promise<string> => {
    const answer = await run('then', exportOf(keys), '--groups', await write('told.yaml', text));
    expect(answer).toMatchObject({ status: 1 });
    return (answer?.errors ?? []).join('\n');
  };

  test.each([
    ['engineer: [U0ANN]', 'told.yaml:1: the policy has no group "engineer". Groups of Slack’s in it: engineers.'],
    ['oncall: [U0ANN]', 'told.yaml:1: who is in "oncall" stands in rules.yaml. Take it out here.'],
    [
      'engineers: [ann]',
      'told.yaml:1: not a Slack user id; ids look like "U02ABCDEF". Write it like "engineers: [U0000000ANN]".',
    ],
    ['- engineers', 'Write it like "engineers: [U0000000ANN]".'],
    [
      'engineers: []\nS0000ENGINEERS: []',
      'told.yaml:2: "S0000ENGINEERS" is S0000ENGINEERS, which stands there already.',
    ],
  ])('groups that say %j', async (text, error) => {
    expect(await groups(text)).toContain(error);
  });

  test.each<[string, () => readonly string[], RegExp]>([
    ['a policy', () => [at('none'), at('log.jsonl')], /rules\.yaml: cannot be read/],
    [
      'policies of before',
      () => [at('then'), at('log.jsonl'), '--before', at('none')],
      /none cannot be read \(ENOENT.*--before/,
    ],
    [
      'policies in a folder of others',
      () => [at('then'), at('log.jsonl'), '--before', at('keys')],
      /has no rules\.yaml, and no folder with one/,
    ],
    ['keys', () => [at('then'), at('log.jsonl'), '--keys', at('none')], /No key of the bot is trusted/],
    [
      'groups',
      () => [at('then'), at('log.jsonl'), '--groups', at('none.yaml')],
      /none\.yaml: cannot be read \(ENOENT.*\)\.$/,
    ],
  ])('%s that are not there', async (_, words, error) => {
    await write('log.jsonl', textOf(exportOf(keys)));
    expect((await replayPolicy(words()))?.errors?.join('\n')).toMatch(error);
  });

  test('flags', async () => {
    expect(await replayPolicy([at('then'), 'x', '--key', 'y'])).toMatchObject({
      status: 2,
      errors: [expect.stringContaining('There is no flag "--key"')],
    });
    expect(await replayPolicy([at('then'), '--json'])).toMatchObject({ status: 2 });
    expect(await replayPolicy([at('then')])).toBeUndefined();
  });
});
