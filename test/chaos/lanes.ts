/** Rounds on one ground after the other, by their seeds. */
export type Stretch = readonly number[];

/** Rounds with the same processes and clocks: those whose seeds have all but the last digit in common. */
const perGround = 10;

/** By the first seed of its ten, so that a round has the same processes whichever run it is played in. */
export const groundOf = (seed: number): number => seed - (seed % perGround);

/** The seeds of a run, cut where one ground ends and the next begins. */
export const stretchesOf = (seed: number, rounds: number): readonly Stretch[] => [
  ...Map.groupBy(
    Array.from({ length: rounds }, (_, nth) => seed + nth),
    groundOf,
  ).values(),
];

/** Does each piece of work once, so many at the same time; the first that fails fails all. */
export const inLanes = async <T>(
  pieces: readonly T[],
  atOnce: number,
  work: (piece: T) => Promise<void>,
): Promise<void> => {
  const left = [...pieces];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
};
