import { type Seeded, seeded } from '#test/fuzz/seeded.ts';
import {
  type Ask,
  type Deed,
  type Misuse,
  pipeline,
  type Replicas,
  type Round,
  type Strike,
  type StrikeKind,
  strikeKinds,
  voters,
  type Write,
} from './plan.ts';

/** Milliseconds in which people do something; what they asked for ends after that. */
const doing = 7_000;

/** A round by its seed: the same each time. */
export const planRound = (seed: number, strikable: readonly StrikeKind[] = strikeKinds): Round => {
  const random = seeded(seed);
  const asks = Array.from({ length: 2 + random.below(4) }, (_, nth): Ask => {
    const kind = random.pick(['access', 'access', 'change'] as const);
    const namespace = random.pick(['shop-front', 'shop-payments'] as const);
    const [seconds, at] = [2 + random.below(6), random.below(2_500)];
    const over = random.pick(['slack', 'slack', 'api'] as const);
    return { nth, kind, namespace, seconds, at, over, twice: over === 'api' && random.onceIn(2) };
  });
  const deeds = asks.flatMap((ask) => deedsAbout(ask, random));
  const strikes = Array.from({ length: 1 + random.below(3) }, (): Strike => {
    const kind = strikable[random.below(strikable.length)] ?? 'kill-worker';
    return { at: random.below(doing), kind, lasts: lengthOf(kind, random), which: random.below(6) };
  });
  const writes = Array.from({ length: random.pick([0, 1, 1, 2] as const) }, (_, nth) => writeOf(nth, random));
  const misused = random.onceIn(3) ? [misusedOf(asks.length, random)] : [];
  const inOrder = (one: { readonly at: number }, other: { readonly at: number }): number => one.at - other.at;
  return {
    seed,
    asks: [...asks, ...misused.map(({ ask }) => ask)],
    deeds: [...deeds, ...misused.flatMap((one) => one.deeds)].toSorted(inOrder),
    writes,
    misuses: misused.map(({ misuse }) => misuse),
    strikes: strikes.toSorted(inOrder),
  };
};

const deedsAbout = ({ nth, at, over }: Ask, random: Seeded): readonly Deed[] => {
  const one = (does: Deed['does'], by: Deed['by'], from: number): Deed => ({
    at: at + from + random.below(2_000),
    nth,
    by,
    does,
    twice: random.onceIn(5),
  });
  // Mostly they agree; now and then somebody who may not clicks as well.
  const votes = random.onceIn(6)
    ? [one('deny', 'U0DAN', 500)]
    : [one('approve', 'U0BOB', 300), one('approve', 'U0DAN', 300)];
  const stray = random.onceIn(3) ? [one('approve', random.pick(voters), 200)] : [];
  const ending = random.onceIn(3)
    ? [
        over === 'api'
          ? one(random.pick(['withdraw', 'done'] as const), pipeline, 2_500)
          : one(
              random.pick(['revoke', 'withdraw', 'done'] as const),
              random.pick(['U0BOB', 'U0ALICE'] as const),
              2_500,
            ),
      ]
    : [];
  const looks = over === 'api' && random.onceIn(2) ? [one('look', pipeline, 500)] : [];
  return [...votes, ...stray, ...ending, ...looks];
};

const writeOf = (nth: number, random: Seeded): Write => ({
  nth,
  at: random.below(3_000),
  part: random.pick(['label', 'spec'] as const),
  verdict: random.onceIn(6) ? 'deny' : 'approve',
  after: 300 + random.below(1_500),
  stray: random.onceIn(3),
  again: random.onceIn(2),
});

/** A grant that is to be misused, to which everybody agrees soon. */
const misusedOf = (
  nth: number,
  random: Seeded,
): { readonly ask: Ask; readonly deeds: readonly Deed[]; readonly misuse: Misuse } => {
  const namespace = random.pick(['shop-front', 'shop-payments'] as const);
  const over = random.pick(['slack', 'api'] as const);
  const at = random.below(1_000);
  const agree = (by: Deed['by']): Deed => ({
    at: at + 300 + random.below(500),
    nth,
    by,
    does: 'approve',
    twice: false,
  });
  return {
    ask: { nth, kind: 'access', namespace, seconds: 45, at, over, twice: false },
    deeds: [agree('U0BOB'), agree('U0DAN')],
    misuse: { nth, how: random.pick(['exec', 'denied-burst'] as const), after: random.below(2_000) },
  };
};

const lengthOf = (kind: StrikeKind, random: Seeded): number => {
  if (kind === 'redis-emptied' || kind === 'socket-dropped') return 0;
  // Shorter than what a probe of the product waits for, and longer.
  return 200 + random.below(kind === 'api-killed' ? 2_000 : 4_000);
};

/** Replicas and skews for some rounds, by a seed. */
export const planReplicas = (seed: number): Replicas => {
  const random = seeded(seed ^ 0x5eed);
  const skew = () => random.pick([0, 0, 120_000, -120_000] as const);
  return {
    bots: Array.from({ length: 1 + random.below(2) }, skew),
    workers: Array.from({ length: 1 + random.below(3) }, skew),
    guard: skew(),
    watcher: skew(),
  };
};
