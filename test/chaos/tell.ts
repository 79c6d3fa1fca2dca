import type { Replicas, Round } from './plan.ts';

const seconds = (at: number): string => `${(at / 1_000).toFixed(1).padStart(5)} s`;

const many = (what: string, clocks: readonly number[]): string =>
  `${clocks.length} ${what}${clocks.length === 1 ? '' : 's'} (clocks off by ${clocks.map((ahead) => ahead / 1_000).join(', ')} s)`;

/** A round as people read it. */
export const tellRound = (
  { seed, asks, deeds, writes, misuses, strikes }: Round,
  { bots, workers, guard, watcher }: Replicas,
): readonly string[] => {
  const lines: readonly (readonly [number, string])[] = [
    ...asks.map(
      (one) =>
        [
          one.at,
          `asks #${one.nth}${one.over === 'api' ? ' over the API' : ''}: ${one.kind} in ${one.namespace} for ${one.seconds}s${one.twice ? ', twice' : ''}`,
        ] as const,
    ),
    ...deeds.map((one) => [one.at, `${one.by} ${one.does} #${one.nth}${one.twice ? ', twice' : ''}`] as const),
    ...writes.map(
      (one) =>
        [
          one.at,
          `writes what is guarded (${one.nth}, its ${one.part}); ${one.after} ms later: ${one.verdict}${one.stray ? ', by Frank first' : ''}${one.again ? '; then back, and again' : ''}`,
        ] as const,
    ),
    ...strikes.map((one) => [one.at, `** ${one.kind} for ${one.lasts} ms (${one.which})`] as const),
  ];
  return [
    `seed ${seed}: ${many('bot', bots)}, ${many('worker', workers)}, ${many('guard', [guard])}, ${many('watcher', [watcher])}${misuses.map(({ nth, how, after }) => `; #${nth} is misused (${how}) ${after} ms after it is in force`).join('')}`,
    ...lines.toSorted(([one], [other]) => one - other).map(([at, text]) => `${seconds(at)}  ${text}`),
  ];
};
