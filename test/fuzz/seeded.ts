/** Numbers that look random and are the same for the same seed. */
export type Seeded = {
  /** A whole number from 0 on, below `most`. */
  readonly below: (most: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** True once in so many times. */
  readonly onceIn: (times: number) => boolean;
};

/** Mulberry32, by Tommy Ettinger (public domain). */
export const seeded = (seed: number): Seeded => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (most: number): number => Math.floor(next() * most);
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    onceIn: (times) => below(times) === 0,
  };
};
