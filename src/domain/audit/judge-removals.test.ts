import { describe, expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import { noon } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { type Checkpoint, type Head, headOf, type Said, writeCheckpoint } from './checkpoint.ts';
import { judgeCheckpoints } from './judge-checkpoints.ts';
import type { InForce } from './judge-removals.ts';

const keys = createMemoryKeys();
const others = id('k7m2-q3');
const head = (version: number, letter = 'a', of = id()): Head => headOf(of, version, letter.repeat(64));
const day = (count: number): Temporal.Instant => noon.add({ hours: 24 * count });
const removing = (...removed: readonly Head[]): Said => ({ heads: [], removed, retention: 400 });

type Written = readonly [day: number, said: Said];
const written = (all: readonly Written[], signer = keys.signer('bot')): readonly Checkpoint[] => {
  const made: Checkpoint[] = [];
  for (const [at, said] of all) made.push(writeCheckpoint(made.at(-1), said, day(at), signer, keys.trust));
  return made;
};
const genuine = (list: readonly Checkpoint[]) => list.map((checkpoint) => ({ checkpoint, isGenuine: true }));
const judge = (all: readonly Written[], now = day(5_000), inForce?: InForce) => {
  const found = genuine(written(all));
  return judgeCheckpoints({ store: found, channel: found }, now, inForce);
};
const known: readonly Written[] = [
  [0, [head(1), head(1, 'a', others)]],
  [1, [head(2)]],
  [3, [head(3)]],
];
const whyNot = (said: Said, at = 404, before = known): readonly string[] => {
  const { findings, removals } = judge([...before, [at, said]]);
  expect(removals.has(id())).toBe(findings.length === 0);
  return findings.map(
    ({ about, what, request, checkpoint, why }) => `${about} ${what} ${request} #${checkpoint} ${why}`,
  );
};

test('a removal that came in time, of the log that was known, is accepted', () => {
  const { findings, removals, witnesses } = judge([...known, [403, removing(head(3))]]);
  expect(findings).toEqual([]);
  expect(removals).toEqual(new Map([[id(), { version: 3, head: head(3)[2], checkpoint: 4 }]]));
  expect(witnesses.get(id())).toHaveLength(3);
});

test('one is known from either place', () => {
  const all = genuine(written([...known, [403, removing(head(3))]]));
  expect(judgeCheckpoints({ store: all }, day(5_000)).removals.size).toBe(1);
  expect(judgeCheckpoints({ channel: all }, day(5_000)).removals.size).toBe(1);
});

test('a removal that came a moment too early is named, at every moment', () => {
  for (let at = 3; at < 403; at += 1)
    expect(whyNot(removing(head(3)), at)).toEqual([
      `request deleted ${id()} #4 its removal was recorded before the retention of 400 days was over: checkpoint 3 had its log at ${day(3)}`,
    ]);
  expect(whyNot(removing(head(3)), 403)).toEqual([]);
});

describe('a removal is named', () => {
  test.each([0, 1, 29])('that states a retention of %d days', (retention) => {
    expect(whyNot({ heads: [], removed: [head(3)], retention })).toEqual([
      expect.stringContaining(`under a retention of ${retention} days`),
    ]);
  });

  test('of another log than was known, of a shorter one, or of one that nobody knew', () => {
    expect(whyNot(removing(head(3, 'b')))).toEqual([expect.stringContaining('of another log than checkpoints know')]);
    expect(whyNot(removing(head(2)))).toEqual([expect.stringContaining('and checkpoint 3 knows 3')]);
    expect(whyNot(removing(head(3)), 404, [[0, [head(1, 'a', others)]]])).toEqual([
      expect.stringContaining('no checkpoint before knew its log'),
    ]);
  });

  test('for which a time was made up: of the removal, or of a checkpoint before it', () => {
    const ahead = judge([...known, [9_000, removing(head(3))]], day(300));
    expect(ahead.removals.size).toBe(0);
    const stale: readonly Written[] = [...known, [-800, [head(3)]]];
    expect(whyNot(removing(head(3)), 402, stale)).toEqual([expect.stringContaining('was over')]);
  });

  test('that Slack has taken before it says it was written', () => {
    const all = written([...known, [403, removing(head(3))]]);
    const channel = (at: number) =>
      genuine(all).map((one, index) => ({
        ...one,
        message: { channel: 'C1', ts: String(day(index < 3 ? 3 : at).epochMilliseconds / 1_000) },
      }));
    const judged = (at: number) => judgeCheckpoints({ store: genuine(all), channel: channel(at) }, day(5_000));
    expect(judged(403).findings).toEqual([]);
    expect(judged(40).findings).toEqual([expect.objectContaining({ what: 'deleted', request: id(), checkpoint: 4 })]);
  });
});

test('a removal that was dated ahead is not believed once that date has come, where a later checkpoint knows better', () => {
  const ahead: readonly Written[] = [...known, [403, removing(head(3))], [4, [head(1, 'b', id('k7m2-q4'))]]];
  for (const places of ['both', 'store'] as const) {
    const found = genuine(written(ahead));
    const { findings, removals } = judgeCheckpoints(
      { store: found, ...(places === 'both' ? { channel: found } : {}) },
      day(500),
    );
    expect(removals.size).toBe(0);
    expect(findings).toEqual([expect.objectContaining({ what: 'deleted', request: id(), checkpoint: 4 })]);
  }
});

test('a saved message’s own timestamp counts as Slack’s, also where its channel is not known', () => {
  const all = genuine(written([...known, [403, removing(head(3))]]));
  const saved = all.map((one) => ({ ...one, ts: String(day(40).epochMilliseconds / 1_000) }));
  expect(judgeCheckpoints({ store: all, channel: saved }, day(500)).removals.size).toBe(0);
});

describe('a removal that was taken back', () => {
  const recorded: readonly Written[] = [...known, [403, removing(head(3))]];

  test.each([
    ['as it was', head(3)],
    ['longer', head(4, 'd')],
  ])('does not let the log go, which a later checkpoint has %s', (_, again) => {
    const { findings, removals } = judge([...recorded, [404, [again]]]);
    expect(findings).toEqual([]);
    expect(removals.size).toBe(0);
  });

  test('is not named for what was wrong with it', () => {
    expect(judge([...known, [40, removing(head(3))], [41, [head(3)]]]).findings).toEqual([]);
    expect(judge([...recorded, [404, [head(3)]]], day(5_000), 500).findings).toEqual([]);
  });

  test('counts again only from then', () => {
    const again = (at: number) => judge([...recorded, [404, [head(3)]], [at, removing(head(3))]]);
    expect(again(803).removals.size).toBe(0);
    expect(again(804).findings).toEqual([]);
    expect(again(804).removals.get(id())?.checkpoint).toBe(6);
  });

  test.each([
    ['is shorter', head(2)],
    ['is another one', head(3, 'b')],
  ])('is none where the log that a later checkpoint has %s', (_, other) => {
    expect(judge([...recorded, [404, [other]]]).removals.size).toBe(1);
  });
});

describe('under a shorter retention than was in force', () => {
  const shorter: readonly Written[] = [...known, [40, { heads: [], removed: [head(3)], retention: 30 }]];

  test.each([400, 31, 'none'] as const)('no removal is silent: %s', (inForce) => {
    const { findings, removals } = judge(shorter, day(5_000), inForce);
    expect(findings).toEqual([expect.objectContaining({ what: 'deleted', request: id(), checkpoint: 4 })]);
    expect(removals.size).toBe(0);
  });

  test('none is named that states what was in force, or where that is not known', () => {
    for (const inForce of [30, undefined]) expect(judge(shorter, day(5_000), inForce).findings).toEqual([]);
  });

  test('the shortest is told, with its checkpoint', () => {
    const also: readonly Written[] = [...shorter, [500, removing(head(1, 'a', others))]];
    expect(judge(also).shortestRetention).toEqual({ days: 30, checkpoint: 4 });
    expect(judge(known).shortestRetention).toBeUndefined();
  });
});

test.each(['', 'soon', '-1', '1e300', 'Infinity'])('a message with %j for a timestamp makes no removal later', (ts) => {
  const found = genuine(written([...known, [403, removing(head(3))]]));
  const channel = found.map((one) => ({ ...one, message: { channel: 'C1', ts } }));
  const { removals } = judgeCheckpoints({ store: found, channel }, day(5_000));
  expect(removals.size).toBe(ts.startsWith('1e') || ts === 'Infinity' ? 1 : 0);
});

test('a removal that the bot has not signed counts for nothing', () => {
  const forged = written([...known, [403, removing(head(3))]], createMemoryKeys().signer('bot')).slice(3);
  const found = [...genuine(written(known)), ...forged.map((checkpoint) => ({ checkpoint, isGenuine: false }))];
  const { removals, findings } = judgeCheckpoints({ store: found }, day(5_000));
  expect(removals.size).toBe(0);
  expect(findings).toEqual([expect.objectContaining({ what: 'altered', checkpoint: 4 })]);
});

test('what is removed again, as after a backup was restored, is accepted; the last removal counts', () => {
  const twice = judge([...known, [403, removing(head(3))], [410, removing(head(3))]]);
  expect(twice.findings).toEqual([]);
  expect(twice.removals.get(id())?.checkpoint).toBe(5);
  const wrong = judge([...known, [403, removing(head(3))], [410, removing(head(3, 'b'))]]);
  expect(wrong.removals.size).toBe(0);
  expect(wrong.findings).toHaveLength(1);
});
