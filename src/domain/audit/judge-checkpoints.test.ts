import { describe, expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import { later, noon } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import {
  type Checkpoint,
  checkpointLine,
  checkpointsIn,
  checkpointText,
  type Head,
  headOf,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.ts';
import { type FoundCheckpoint, judgeCheckpoints } from './judge-checkpoints.ts';

const keys = createMemoryKeys();
const head = (version: number, letter = 'a'): Head => headOf(id(), version, letter.repeat(64));
const series = (count: number, signer = keys.signer('bot'), letter = 'a'): readonly Checkpoint[] => {
  const made: Checkpoint[] = [];
  for (let number = 1; number <= count; number += 1)
    made.push(writeCheckpoint(made.at(-1), [head(number, letter)], later(number), signer, keys.trust));
  return made;
};
const all = series(20);
const found = (list: readonly Checkpoint[]): readonly FoundCheckpoint[] =>
  list.map((one) => {
    const seen = readCheckpoint(checkpointLine(one), keys.trust);
    return { isGenuine: seen?.isGenuine === true, checkpoint: seen?.checkpoint };
  });
const long = later(1_000);
const named = (store: readonly Checkpoint[], channel: readonly Checkpoint[], now = long) =>
  judgeCheckpoints({ store: found(store), channel: found(channel) }, now).findings.map(
    ({ what, checkpoint }) => `${what} ${checkpoint}`,
  );

describe('a checkpoint', () => {
  test('is the same when it was read from text, whatever stands around it', () => {
    const text = ['Somebody wrote this.', ...all.slice(0, 3).flatMap(checkpointText), 'and this'].join('\n');
    expect(checkpointsIn(text, keys.trust)).toEqual(
      all.slice(0, 3).map((checkpoint) => ({ checkpoint, isGenuine: true })),
    );
  });

  test.each([
    '',
    'hallpass.dev/checkpoint',
    'hallpass.dev/checkpoint 1',
    'hallpass.dev/checkpoint 1\nprevious x',
    '{}',
    'null',
  ])('is not what reads %j', (text) => {
    expect(checkpointsIn(text, keys.trust)).toEqual([]);
    expect(readCheckpoint(text, keys.trust)).toBeUndefined();
  });

  test('is not genuine once any part of it was edited', () => {
    const text = checkpointText(all[4] as Checkpoint).join('\n');
    const edits = [
      text.replace('checkpoint 5', 'checkpoint 6'),
      text.replace(/previous ..../, 'previous ffff'),
      text.replace('aaaa', 'aaab'),
      text.replace(/k7m2-qx 5/, 'k7m2-qx 4'),
      text.replace(/at 2\d\d\d/, 'at 2001'),
    ];
    for (const edited of edits) {
      expect(edited).not.toBe(text);
      expect(checkpointsIn(edited, keys.trust)[0]?.isGenuine).not.toBe(true);
    }
  });

  test('says as before what it is, where nothing is removed', () => {
    const [first] = all;
    expect(Object.keys(JSON.parse(checkpointLine(first as Checkpoint)))).toEqual([
      'schema',
      'number',
      'previous',
      'at',
      'heads',
      'key',
      'signature',
    ]);
  });
});

describe('a checkpoint of what is removed', () => {
  const of = (count: number, heads: readonly Head[] = []) => {
    const removed = Array.from({ length: count }, (_, index) => head(index + 1, 'b'));
    return writeCheckpoint(all[4], { heads, removed, retention: 400 }, noon, keys.signer('bot'), keys.trust);
  };

  test('is the same when it was read from text or from its line, with heads and without', () => {
    for (const one of [of(1), of(150), of(3, [head(7)])]) {
      expect(checkpointsIn(checkpointText(one).join('\n'), keys.trust)).toEqual([{ checkpoint: one, isGenuine: true }]);
      expect(readCheckpoint(checkpointLine(one), keys.trust)).toEqual({ checkpoint: one, isGenuine: true });
    }
    expect(checkpointText(of(1))).toContain(`removed k7m2-qx 1 ${'b'.repeat(32)}`);
    expect(checkpointText(of(1))).toContain('retention 400');
  });

  test('is not genuine once any part of it was edited', () => {
    const text = checkpointText(of(3, [head(7)])).join('\n');
    const edits = [
      text.replace('retention 400', 'retention 40'),
      text.replace('retention 400\n', ''),
      text.replace('removed k7m2-qx 2', 'removed k7m2-q3 2'),
      text.replace(/removed k7m2-qx 2 .*\n/, ''),
      text.replace(/\nk7m2-qx 7/, '\nremoved k7m2-qx 7'),
      text.replace(/removed k7m2-qx 3/, 'k7m2-qx 3'),
      text.replace(/\nremoved .*/g, ''),
    ];
    for (const edited of edits) {
      expect(edited).not.toBe(text);
      expect(checkpointsIn(edited, keys.trust)[0]?.isGenuine).not.toBe(true);
    }
  });

  test('holds as much as one of heads, and says after how long', () => {
    expect(() => of(0)).toThrow();
    expect(() => of(151)).toThrow();
    expect(() => of(150, [head(7)])).toThrow();
    const { retention: _, ...without } = of(1);
    expect(readCheckpoint(JSON.stringify(without), keys.trust)).toBeUndefined();
  });
});

test('two places with the same ones have nothing to them', () => {
  expect(judgeCheckpoints({ store: found(all), channel: found(all) }, long)).toMatchObject({
    findings: [],
    underWay: 0,
  });
  expect(named([], [])).toEqual([]);
});

test('each one that is missing in a place is named', () => {
  for (const [index, { number }] of all.entries()) {
    expect(named(all.toSpliced(index, 1), all)).toEqual([`missing ${number}`]);
    expect(named(all, all.toSpliced(index, 1))).toEqual([`missing ${number}`]);
  }
  for (const [index, { number }] of all.slice(0, -1).entries())
    expect(named(all.toSpliced(index, 1), all.toSpliced(index, 1))).toEqual([`missing ${number}`]);
});

test('each one that stands in another place, or twice, is named', () => {
  for (const [index, { number }] of all.slice(0, -1).entries()) {
    const swapped = all.with(index, all[index + 1] as Checkpoint).with(index + 1, all[index] as Checkpoint);
    expect(named(swapped, all)).toEqual([`reordered ${number}`]);
    expect(named(all, all.toSpliced(index, 0, all[index] as Checkpoint))).toEqual([`added ${number}`]);
  }
});

test('each one that was signed with other keys is named', () => {
  const theirs = series(20, createMemoryKeys().signer('bot'));
  for (const [index, { number }] of all.entries())
    expect(new Set(named(all.with(index, theirs[index] as Checkpoint), all))).toEqual(
      new Set([`altered ${number}`, `missing ${number}`]),
    );
});

test('all of the log written anew with the bot’s own key is named, for the channel has others', () => {
  const anew = series(20, keys.signer('bot'), 'b');
  expect(new Set(named(anew, all))).toEqual(new Set(all.map(({ number }) => `altered ${number}`)));
  // What the channel says of logs counts beside it.
  const { witnesses } = judgeCheckpoints({ store: found(anew), channel: found(all) }, long);
  expect(witnesses.get(id())?.filter(({ version }) => version === 3)).toHaveLength(2);
});

test('the latest ones may be under way into the channel, for ten minutes', () => {
  const soon = later(20).add({ minutes: 1 });
  expect(judgeCheckpoints({ store: found(all), channel: found(all.slice(0, 18)) }, soon)).toMatchObject({
    findings: [],
    underWay: 2,
  });
  expect(named(all, all.slice(0, 18), soon.add({ minutes: 30 }))).toEqual(['missing 19', 'missing 20']);
  expect(named(all, all.toSpliced(17, 1), soon)).toEqual(['missing 18']);
});

test('a number that somebody made up does not make a million findings', () => {
  const far = writeCheckpoint(all[0], [head(1)], noon, keys.signer('bot'), keys.trust, 900_000_000);
  expect(named([...all, far], all).length).toBeLessThan(10);
});

describe('the latest of all', () => {
  test('are missing where both places have lost them, and it is noted that they were posted', () => {
    const left = found(all.slice(0, 18));
    const { findings } = judgeCheckpoints({ store: left, channel: left, postedUpTo: 20 }, long);
    expect(findings.map(({ what, checkpoint }) => `${what} ${checkpoint}`)).toEqual(['missing 19', 'missing 20']);
  });
});

test('140,000 of them do not end the audit, also where one is not posted yet', { timeout: 60_000 }, () => {
  const many: FoundCheckpoint[] = [];
  for (let number = 1, previous = 'genesis'; number <= 140_000; number += 1) {
    const hash = number.toString(16).padStart(64, '0');
    const checkpoint: Checkpoint = { ...(all[0] as Checkpoint), number, previous, hash };
    many.push({ checkpoint, isGenuine: true });
    previous = hash;
  }
  expect(judgeCheckpoints({ store: many, channel: many.slice(0, -1) }, later(1))).toMatchObject({
    findings: [],
    underWay: 1,
  });
});
