import type { Chain } from '#domain/request/chain.ts';
import type { Case } from './judge.ts';
import type { Misused } from './misuse.ts';
import type { StrikeKind } from './plan.ts';
import type { Struck } from './strikes.ts';

/** Milliseconds until a misused grant has ended, and once what stood in between is mended: the API server waits longer each time. */
const within = { whole: 6_000, mended: 11_000 };
/** Milliseconds after which a connection of which an answer was lost is known to be gone, and another one is there. */
const noticed = 4_000;
/** Milliseconds for which the API server sends its events again before it drops them. */
const kept = 7_000;
/** Milliseconds by which clocks, and looks, differ. */
const blur = 1_000;
/** What a grant began so soon after may end with. */
const skew = 2_500;

/** Between the API server and the watcher's word for the bot. */
const before: readonly StrikeKind[] = [
  'kill-watcher',
  'redis-killed',
  'redis-paused',
  'redis-full',
  'redis-answer-lost',
];
/** From there on to the end. Slack, the SIEM and the guard have no part in it. */
const behind: readonly StrikeKind[] = ['kill-bot', 'kill-worker', 'api-slow', 'api-429', 'api-500', 'api-answer-lost'];

/** By when a grant has to have ended for what was done; undefined where nobody may have heard of it. */
const deadlineOf = ({ from, to }: Misused, struck: readonly Struck[]): number | undefined => {
  // Its log is gone; or what the API server had not sent yet.
  if (struck.some(({ kind }) => kind === 'redis-emptied')) return undefined;
  if (struck.some((one) => one.kind === 'api-killed' && one.to > from)) return undefined;
  const later = struck
    .map((one) => (one.kind === 'redis-answer-lost' ? { ...one, to: one.to + noticed } : one))
    .toSorted((one, other) => one.from - other.from);
  let silentUntil = to;
  for (const one of later)
    if (before.includes(one.kind) && one.from <= silentUntil + blur) silentUntil = Math.max(silentUntil, one.to);
  if (silentUntil - from > kept) return undefined;
  let until = to + within.whole;
  for (const one of later)
    if ([...before, ...behind].includes(one.kind) && one.to > from && one.from <= until)
      until = Math.max(until, one.to + within.mended);
  return until;
};

const activeFrom = ({ entries }: Chain): number | undefined =>
  entries.find(({ event }) => event.type === 'activated')?.at.epochMilliseconds;

/** What was misused and went on, by what was seen of it. */
export const judgeMisused = (
  { ask, samples }: Pick<Case, 'ask' | 'samples'>,
  chain: Chain,
  misused: readonly Misused[],
  struck: readonly Struck[],
): readonly string[] =>
  misused.flatMap((one) => {
    const began = activeFrom(chain);
    const isConcerned = ask.kind === 'access' && ask.over === one.by && began !== undefined && began < one.from - blur;
    const deadline = deadlineOf(one, struck);
    const late = samples.find(({ at, inForce }) => inForce && deadline !== undefined && at > deadline);
    if (!isConcerned || late === undefined) return [];
    return [`#${ask.nth} was misused, and in force ${((late.at - one.to) / 1_000).toFixed(1)} s later`];
  });

const endings: readonly string[] = ['revoke', 'done', 'withdraw'];

/** What ended before its time though nobody ended it and it was not misused, by its log and by what was seen. */
export const judgeEarly = (
  { ask, done, samples }: Pick<Case, 'ask' | 'done' | 'samples'>,
  { entries }: Chain,
  misused: readonly Misused[],
): readonly string[] => {
  const first = samples.find(({ inForce }) => inForce)?.at;
  const activated = entries.flatMap(({ event }) => (event.type === 'activated' ? [event] : []))[0];
  // Its time begins when it is claimed: on a busy machine its binding comes seconds later.
  const began = Math.min(
    first ?? Number.POSITIVE_INFINITY,
    activated?.startedAt.epochMilliseconds ?? Number.POSITIVE_INFINITY,
  );
  const isDeserved = misused.some(({ by, to }) => by === ask.over && to + skew >= began);
  const tripped = entries.find(({ event }) => event.type === 'tripped' && event.does === 'revoke');
  if (tripped !== undefined && !isDeserved)
    return [`#${ask.nth} was ended as misused, and was not: ${JSON.stringify(tripped.event)}`];
  const expires = activated?.expiresAt;
  const isEnded = isDeserved || done.some(({ deed }) => endings.includes(deed.does));
  if (expires === undefined || first === undefined || isEnded) return [];
  const gone = samples.find(({ at, inForce }) => at > first && !inForce && at < expires.epochMilliseconds - blur);
  if (gone === undefined) return [];
  const seconds = ((expires.epochMilliseconds - gone.at) / 1_000).toFixed(1);
  return [`#${ask.nth} was gone ${seconds} s before its time, and nobody had ended it`];
};
