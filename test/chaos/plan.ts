import { type Seeded, seeded } from '#test/fuzz/seeded.ts';

/** What is asked for in a round, each about an object of its own. */
export type Ask = {
  readonly nth: number;
  readonly kind: 'access' | 'change';
  /** In `shop-payments` two have to agree, in `shop-front` one. */
  readonly namespace: 'shop-front' | 'shop-payments';
  /** For how long. Seconds. */
  readonly seconds: number;
  /** Milliseconds from the start of the round. */
  readonly at: number;
  /** Typed in Slack by a person, or sent over the API by a pipeline, which asks for itself. */
  readonly over: 'slack' | 'api';
  /** Over the API it is sent twice at the same time, and once more when it is answered. */
  readonly twice: boolean;
};

/** Who does it over the API: whoever asked there. */
export const pipeline = 'deploy-shop';

export const voters = ['U0BOB', 'U0DAN', 'U0CAROL', 'U0FRANK', 'U0ALICE'] as const;

/** What somebody does about a request. Whether they may is for the product to say: some may not. */
export type Deed = {
  readonly at: number;
  readonly nth: number;
  readonly by: (typeof voters)[number] | typeof pipeline;
  readonly does: 'approve' | 'deny' | 'withdraw' | 'revoke' | 'done' | 'look';
  /** Slack sends the very same once more. */
  readonly twice: boolean;
};

/** Something protected that somebody writes with their own tools, and again as they are told. */
export type Write = {
  /** Which of two objects. */
  readonly nth: number;
  readonly at: number;
  readonly part: 'label' | 'spec';
  /** What is said to each write of it that is held, and how many milliseconds later. */
  readonly verdict: 'approve' | 'deny';
  readonly after: number;
  /** Somebody who may not says it first. */
  readonly stray: boolean;
  /** Once it is in, it is written back, which is held as well, and then tried once more, to which nobody agrees. */
  readonly again: boolean;
};

export const strikeKinds = [
  'kill-worker',
  'kill-bot',
  'kill-guard',
  'redis-killed',
  'redis-paused',
  'redis-full',
  'redis-emptied',
  'redis-answer-lost',
  'api-killed',
  'api-slow',
  'api-429',
  'api-500',
  'api-answer-lost',
  'slack-429',
  'slack-500',
  'slack-hangs',
  'slack-answer-lost',
  'slack-down',
  'socket-dropped',
  'siem-stuck',
] as const;
export type StrikeKind = (typeof strikeKinds)[number];

/** Something that breaks, and for how many milliseconds. `which`: of several processes, this one. */
export type Strike = { readonly at: number; readonly kind: StrikeKind; readonly lasts: number; readonly which: number };

/** How many processes there are, and how far the clock of each is ahead. Milliseconds. */
export type Replicas = {
  readonly bots: readonly number[];
  readonly workers: readonly number[];
  readonly guard: number;
};

export type Round = {
  readonly seed: number;
  readonly asks: readonly Ask[];
  readonly deeds: readonly Deed[];
  readonly writes: readonly Write[];
  readonly strikes: readonly Strike[];
};

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
  const deeds = asks.flatMap((ask) => deedsAbout(ask, random)).toSorted((one, other) => one.at - other.at);
  const strikes = Array.from({ length: 1 + random.below(3) }, (): Strike => {
    const kind = strikable[random.below(strikable.length)] ?? 'kill-worker';
    return { at: random.below(doing), kind, lasts: lengthOf(kind, random), which: random.below(6) };
  });
  const writes = Array.from({ length: random.pick([0, 1, 1, 2] as const) }, (_, nth) => writeOf(nth, random));
  return { seed, asks, deeds, writes, strikes: strikes.toSorted((one, other) => one.at - other.at) };
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
  };
};
