import { err, ok, type Result } from '#domain/result.ts';

/** Something that is not known, and what it may be; `say` names it for people. */
export type Unknown = { readonly key: string; readonly say: string; readonly values: readonly string[] };

/** What is taken for so, by the keys of what is not known. */
export type World = ReadonlyMap<string, string>;

/** What a question comes to in a world: an answer, what must be known first, or that the world cannot be ours. */
export type Step<T> =
  | { readonly type: 'answer'; readonly answer: T }
  | { readonly type: 'unknown'; readonly unknown: Unknown }
  | { readonly type: 'impossible' };

/** What a question comes to in all worlds that are possible. */
export type Answers<T> = {
  /** One for each world that was looked at. */
  readonly answers: readonly T[];
  /** What made a difference, each once. */
  readonly differ: readonly Unknown[];
};

/**
 * Asks a question in each world that is possible, as far as it depends on what is not known; `same` tells by a text which
 * answers are one. Refuses with what is not known when there are more than `most` worlds.
 */
export const inAllWorlds = <T>(
  question: (world: World) => Step<T>,
  same: (answer: T) => string,
  most: number,
): Result<Answers<T>, readonly Unknown[]> => {
  const answers: T[] = [];
  const differ = new Map<string, Unknown>();
  const met = new Map<string, Unknown>();
  let left = most;

  /** The different answers below a world; undefined once there were too many worlds. */
  const look = (world: World): ReadonlySet<string> | undefined => {
    left -= 1;
    if (left < 0) return undefined;
    const step = question(world);
    if (step.type === 'impossible') return new Set();
    if (step.type === 'answer') {
      answers.push(step.answer);
      return new Set([same(step.answer)]);
    }
    const { unknown } = step;
    if (world.has(unknown.key)) throw new Error(`It is asked again for ${unknown.key}, which is taken for known`);
    met.set(unknown.key, unknown);
    const found: ReadonlySet<string>[] = [];
    for (const value of unknown.values) {
      const below = look(new Map([...world, [unknown.key, value]]));
      if (below === undefined) return undefined;
      if (below.size > 0) found.push(below);
    }
    const all = new Set(found.flatMap((one) => [...one]));
    if (found.some((one) => one.size < all.size)) differ.set(unknown.key, unknown);
    return all;
  };

  return look(new Map()) === undefined ? err([...met.values()]) : ok({ answers, differ: [...differ.values()] });
};
