import { describe, expect, test } from 'vitest';
import { canonical } from '#domain/json.ts';
import { extend, readChain, type Trust } from '#domain/request/chain.ts';
import { longLog } from '#test/build/long-log.ts';
import { id } from '#test/build/people.ts';
import { later, submitted } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { headOf } from './checkpoint.ts';
import { judgeLog, type Witness } from './judge-log.ts';
import { type SeenEntry, seeEntry } from './see-entry.ts';

const keys = createMemoryKeys();
const { lines, chain } = longLog(keys, 1_000);
const other = longLog(keys, 5, id('k7m2-q3'));
const witness: Witness = { version: 1_000, head: headOf(id(), 1_000, chain.head)[2], checkpoint: 7 };

/** A line is what it is, wherever it stands: each is read once. */
const memory = new Map<string, SeenEntry>();
const see = (line: string, trust: Trust = keys.trust): SeenEntry => {
  if (trust !== keys.trust) return seeEntry(line, trust);
  const found = memory.get(line) ?? seeEntry(line, trust);
  memory.set(line, found);
  return found;
};
const judge = (changed: readonly string[], witnesses = [witness]) =>
  judgeLog(
    id(),
    changed.map((line) => see(line)),
    witnesses,
  ).findings;
const named = (changed: readonly string[], witnesses = [witness]): readonly string[] =>
  judge(changed, witnesses).map(({ what, version }) => `${what} ${version}`);
const every = Array.from({ length: 1_000 }, (_, index) => index);
const line = (index: number): string => lines[index] ?? '';
const edited = (index: number, change: Record<string, unknown>): string =>
  JSON.stringify({ ...JSON.parse(line(index)), ...change });

test('a log that nobody touched has nothing to it, and says what state it leads to', () => {
  const { findings, request, hashes } = judgeLog(
    id(),
    lines.map((one) => see(one)),
    [witness],
  );
  expect(findings).toEqual([]);
  expect(request?.state.status).toBe('active');
  expect(hashes.size).toBe(1_000);
});

// Some eight seconds in all; on a machine with too much to do many times that.
describe('of a log of 1,000 entries each is named', { timeout: 120_000 }, () => {
  test('that is altered', () => {
    for (const index of every) {
      const changed = lines.with(index, edited(index, { at: '2026-01-01T00:00:00Z' }));
      expect(named(changed)).toEqual([`altered ${index + 1}`]);
    }
  });

  test('that is no longer readable', () => {
    for (const index of every) expect(named(lines.with(index, '{}'))).toEqual([`altered ${index + 1}`]);
  });

  test('that is left out', () => {
    for (const index of every) expect(named(lines.toSpliced(index, 1))).toEqual([`missing ${index + 1}`]);
  });

  test('that changed places with the next one, or with another', () => {
    for (const index of every.slice(0, -1)) {
      const changed = lines.with(index, line(index + 1)).with(index + 1, line(index));
      expect(new Set(named(changed))).toEqual(new Set([`reordered ${index + 1}`, `reordered ${index + 2}`]));
    }
    for (const index of every.slice(0, 500)) {
      const changed = lines.with(index, line(999 - index)).with(999 - index, line(index));
      expect(new Set(named(changed))).toEqual(new Set([`reordered ${index + 1}`, `reordered ${1_000 - index}`]));
    }
  });

  test('that is put in: a copy, a forgery, an entry of another request', () => {
    for (const index of every) {
      expect(named(lines.toSpliced(index, 0, line(index)))).toEqual([`added ${index + 1}`]);
      const forged = edited(index, { at: '2026-01-01T00:00:00Z' });
      expect(named(lines.toSpliced(index, 0, forged))).toEqual([`added ${index + 1}`]);
      expect(named(lines.toSpliced(index, 0, other.lines[3] ?? ''))).toEqual([`added ${index + 1}`]);
    }
  });

  test('that is signed with a key of the attacker’s own', () => {
    const attacker = createMemoryKeys();
    const theirs = longLog(attacker, 1_000);
    for (const index of every.filter((one) => one % 10 === 0))
      expect(named(lines.with(index, theirs.lines[index] ?? ''))).toEqual([`altered ${index + 1}`]);
  });
});

describe('with a stolen key of the bot', () => {
  const anew = extend(
    id(),
    undefined,
    [submitted({ reason: 'nothing special' })],
    later(1),
    keys.signer('bot'),
    keys.trust,
  );

  test('an entry that is written anew is named, for the next one follows another', () => {
    expect(named(lines.with(0, anew.lines[0] ?? ''))).toEqual(['altered 1']);
  });

  test('a whole log that is written anew is named by the checkpoint that knows another', () => {
    const first = { version: 1, head: headOf(id(), 1, chain.entries[0]?.hash ?? '')[2], checkpoint: 3 };
    expect(readChain(id(), anew.lines, keys.trust).ok).toBe(true);
    expect(named(anew.lines, [])).toEqual([]);
    expect(judge(anew.lines, [first])).toEqual([
      expect.objectContaining({ what: 'altered', version: 1, checkpoint: 3, request: id() }),
    ]);
  });
});

test('everything signed with the attacker’s own keys is altered, each entry', () => {
  const theirs = longLog(createMemoryKeys(), 20);
  expect(named(theirs.lines, [])).toEqual(Array.from({ length: 20 }, (_, index) => `altered ${index + 1}`));
});

test('a tail that was cut off is named entry by entry, when a checkpoint knows of it', () => {
  expect(named(lines.slice(0, 997))).toEqual(['missing 998', 'missing 999', 'missing 1000']);
  expect(named(lines.slice(0, 997), [])).toEqual([]);
});

test('a log that is gone is named as a whole', () => {
  expect(judge([])).toEqual([
    expect.objectContaining({ about: 'request', what: 'missing', request: id(), checkpoint: 7 }),
  ]);
});

test('an event that cannot follow is named though it is signed', () => {
  const begun = longLog(keys, 2);
  const { signature: _, ...last } = JSON.parse(begun.lines[1] ?? '');
  const signer = keys.signer('worker');
  const event = { type: 'ended', cause: 'expired', proofs: [], lagMilliseconds: 1 };
  const signed = { ...last, author: 'worker', key: signer.key, event };
  const forged = JSON.stringify({ ...signed, signature: signer.sign(canonical(signed)) });
  expect(judge([begun.lines[0] ?? '', forged], [])).toEqual([
    expect.objectContaining({ what: 'altered', why: expect.stringContaining('"ended" cannot follow') }),
  ]);
});

test('several things at once are named each', () => {
  const changed = lines.with(10, '{}').toSpliced(500, 1).slice(0, 990);
  expect(named(changed)).toEqual([
    'altered 11',
    'missing 501',
    ...Array.from({ length: 9 }, (_, index) => `missing ${992 + index}`),
  ]);
});

test('140,000 lines that somebody put into a log do not end the audit', { timeout: 60_000 }, () => {
  const unreadable: SeenEntry = { type: 'unreadable', why: 'it is no entry of a log any more' };
  const { findings } = judgeLog(
    id(),
    Array.from({ length: 140_000 }, () => unreadable),
  );
  expect(findings).toHaveLength(140_000);
});

describe('of a log whose removal is recorded', () => {
  const short = longLog(keys, 60);
  const removal: Witness = { version: 60, head: headOf(id(), 60, short.chain.head)[2], checkpoint: 9 };
  const known: readonly Witness[] = [{ ...removal, checkpoint: 8 }];
  const judged = (changed: readonly string[], witnesses = known, of: Witness | 'none' = removal) =>
    judgeLog(
      id(),
      changed.map((one) => see(one)),
      witnesses,
      of === 'none' ? undefined : of,
    );
  const again = { about: 'request', what: 'added', request: id(), checkpoint: 9 };

  test('it is no fault that it is gone, or that it is still there as it was', () => {
    expect(judged([])).toMatchObject({ findings: [], removal: 'done' });
    expect(judged(short.lines)).toMatchObject({ findings: [], removal: 'due' });
    expect(judged([], known, 'none').findings).toEqual([expect.objectContaining({ what: 'missing' })]);
    expect(judged(short.lines, known, 'none').removal).toBeUndefined();
  });

  test('each beginning of it that stands there again is named, with what is missing', () => {
    for (let length = 1; length < 60; length += 1) {
      const { findings, removal: is } = judged(short.lines.slice(0, length));
      expect(findings).toContainEqual(expect.objectContaining(again));
      expect(findings.filter(({ what }) => what === 'missing')).toHaveLength(60 - length);
      expect(is).toBeUndefined();
    }
  });

  test('each entry of it that is altered while it is still there is named', () => {
    for (let index = 0; index < 60; index += 1) {
      const { findings, removal: is } = judged(short.lines.with(index, '{}'));
      expect(findings).toEqual([expect.objectContaining({ what: 'altered', version: index + 1 })]);
      expect(is).toBeUndefined();
    }
  });

  test('another log that stands there is named, also one with as many entries and all the right keys', () => {
    const anew = extend(id(), undefined, [submitted({ reason: 'anew' })], later(1), keys.signer('bot'), keys.trust);
    expect(judged(anew.lines, [], { ...removal, version: 1 }).findings).toEqual([expect.objectContaining(again)]);
    expect(judged([], known, { ...removal, head: 'b'.repeat(32) }).findings).toHaveLength(1);
  });

  test('it is not named while it has only grown since, and what was altered in it is', () => {
    const { lines: grown } = longLog(keys, 63);
    expect(judged(grown)).toMatchObject({ findings: [], removal: 'grown' });
    for (let index = 0; index < 63; index += 1) {
      const { findings, removal: is } = judged(grown.with(index, '{}'));
      expect(findings).toEqual([expect.objectContaining({ what: 'altered', version: index + 1 })]);
      expect(is).toBeUndefined();
    }
  });

  test('it does not hide that checkpoints contradicted each other before', () => {
    const earlier = { version: 59, head: 'a'.repeat(32), checkpoint: 6 };
    const anew = { version: 59, head: 'b'.repeat(32), checkpoint: 7 };
    expect(judged([], [earlier, ...known]).findings).toEqual([]);
    expect(judged([], [anew, earlier, ...known])).toMatchObject({
      findings: [{ about: 'entry', what: 'altered', version: 59, checkpoint: 7 }],
      removal: 'done',
    });
  });

  test('that had grown before it was gone, as a later checkpoint knows, it is named that it is gone', () => {
    const grown = { version: 61, head: 'c'.repeat(32), checkpoint: 10 };
    expect(judged([], [...known, grown]).findings).toEqual([
      expect.objectContaining({ about: 'request', what: 'missing', checkpoint: 10 }),
    ]);
  });
});
