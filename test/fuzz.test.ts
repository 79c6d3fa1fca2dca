import { describe, expect, test } from 'vitest';
import { readCorpus } from '#test/fuzz/corpus.ts';
import { fuzz } from '#test/fuzz/drive.ts';
import { mutate } from '#test/fuzz/mutate.ts';
import { seeded } from '#test/fuzz/seeded.ts';
import { inputOf } from '#test/fuzz/target.ts';
import { targets } from '#test/fuzz/targets.ts';

/** Inputs of a short run; those of the long one are for `npm run fuzz`. */
const runs: Readonly<Record<string, number>> = {
  slack: 500,
  admission: 1_500,
  audit: 300,
  api: 500,
  'command-line': 150,
  policy: 150,
  redis: 1_000,
  kubernetes: 200,
};

describe.each(targets)('hostile input for $name', (target) => {
  test('is taken as it should be, whatever was found before and whatever a seed makes', async () => {
    const corpus = readCorpus(target.name);
    const wanted = Math.max(runs[target.name] ?? 0, corpus.length);
    const { failure, outcomes } = await fuzz(target, { runs: wanted, seed: 1, corpus, largest: 16_384 });
    expect(failure?.why).toBeUndefined();
    // They are not all garbage: some of it was read, and more than one thing came of it.
    expect(Object.keys(outcomes).length).toBeGreaterThan(2);
  });
});

test('a seed makes the same inputs each time', () => {
  const pool = [inputOf('x', { a: ['b', 1, { c: 'd e' }] })];
  const draw = () => {
    const random = seeded(7);
    return Array.from({ length: 50 }, () =>
      Buffer.from(mutate(pool[0] ?? inputOf('x', ''), { words: ['w'], pool }, random).bytes).toString(),
    );
  };
  expect(draw()).toEqual(draw());
  expect(new Set(draw()).size).toBeGreaterThan(40);
});
