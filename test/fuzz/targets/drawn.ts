import fc from 'fast-check';
import type { Seeded } from '#test/fuzz/seeded.ts';
import type { Input } from '#test/fuzz/target.ts';

/** Values drawn at a time: fast-check takes longer to begin than to go on. */
const atATime = 100;

/** Draws from an arbitrary of fast-check, the same for the same seed. */
export const drawnBy = (arbitrary: fc.Arbitrary<Input>): ((random: Seeded) => Input) => {
  let waiting: Input[] = [];
  const next = (random: Seeded): Input => {
    const found = waiting.pop();
    if (found !== undefined) return found;
    waiting = fc.sample(arbitrary, { numRuns: atATime, seed: random.below(2 ** 31) });
    return next(random);
  };
  return next;
};
