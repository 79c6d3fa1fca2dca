import { describe, expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import { exportOf } from '#test/build/exports.ts';
import { id } from '#test/build/people.ts';
import { policy } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { approved, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { readExport } from './read-export.ts';
import { replayExport } from './replay-export.ts';

const keys = createMemoryKeys();
const unsigned = { ...keys.trust, verify: () => true };
const settings = { policy: policy({ hash: 'p' }), identities: [], kinds: [accessOver()] };
const [one, two, three] = [id('aaaa-aa'), id('bbbb-bb'), id('cccc-cc')];
const vote = { type: 'voted', by: approved.by[0] ?? submitted().requester, revision: 1 } as const;
const whole = exportOf(keys, [one, submitted(), vote, approved], [two, submitted()], [three, submitted()]);
const [first = '', ...others] = whole;

async function* fileOf(lines: readonly string[]) {
  for (const [index, text] of lines.entries()) yield { number: index + 1, text: ok(text) };
}
const replay = async (lines: readonly string[], trust = keys.trust) => {
  const found = await replayExport(settings, readExport(fileOf(lines)), trust, {
    policies: new Map(),
    told: new Map(),
  });
  const unread = [...found.requests.values()].flatMap((each) =>
    'unreadable' in each ? [`${each.request}: ${each.unreadable}`] : [],
  );
  return { ...found, unread };
};

test('every request is replayed, with who approved it', async () => {
  const found = await replay(whole);
  expect(found).toMatchObject({ problems: [], isExport: true, unread: [] });
  expect([...found.requests.keys()]).toEqual([one, two, three]);
  expect(found.requests.get(one)).toMatchObject({
    past: { approvedBy: approved.by },
    profiles: ['ingress-edit'],
    now: { type: 'same' },
  });
});

describe('what cannot be believed is named, and the other requests are replayed', () => {
  const editing = (part: string, by: string) => [first.replace(part, by), ...others];

  test.each<[string, readonly string[], string]>([
    ['an edited reason', editing('checkout', 'kitchen'), 'aaaa-aa: entry 1: its signature is not valid'],
    ['another rule', editing('"rule":"shop"', '"rule":"easy"'), 'aaaa-aa: entry 1: its signature is not valid'],
    ['a newer schema', editing('"schema":1', '"schema":2'), 'aaaa-aa: entry 1: it is not an entry of schema 1'],
    ['an entry that is there twice', [first, ...whole], 'aaaa-aa: entry 2: it says it is entry 1'],
    ['an entry taken out', whole.toSpliced(1, 1), 'aaaa-aa: entry 2: it says it is entry 3'],
    [
      'entries in another order',
      whole.toSpliced(1, 2, ...whole.slice(1, 3).reverse()),
      'aaaa-aa: entry 2: it says it is entry 3',
    ],
    ['another’s entry', editing(one, two), 'aaaa-aa: entry 1: it says it is entry 2'],
    ['a request in two places', [...whole.slice(1, -1), first], 'aaaa-aa: it stands in the export in two places'],
  ])('%s', async (_, lines, why) => {
    const found = await replay(lines);
    expect(found.unread).toContain(why);
    expect(found.requests.get(three)).toMatchObject({ now: { type: 'same' } });
  });

  test('without keys by order and hashes alone', async () => {
    expect((await replay(editing('checkout', 'kitchen'), unsigned)).unread).toEqual([
      'aaaa-aa: entry 2: it does not follow the entry before it',
    ]);
    // The last entry of a log has none behind it that would name its hash.
    const last = whole.map((line) => (line.includes(three) ? line.replace('checkout', 'kitchen') : line));
    expect((await replay(last, unsigned)).unread).toEqual([]);
    expect((await replay(last)).unread).toEqual(['cccc-cc: entry 1: its signature is not valid']);
  });
});
