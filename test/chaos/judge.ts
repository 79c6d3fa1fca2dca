import { createKeys } from '#adapters/keys/keys.ts';
import { keys } from '#adapters/redis/keys.ts';
import type { RequestId } from '#domain/ids.ts';
import { type Chain, readChain } from '#domain/request/chain.ts';
import { isOver } from '#domain/request/request.ts';
import type { Ground } from './ground.ts';
import type { Done } from './people.ts';
import type { Answer } from './pipeline.ts';
import type { Ask, Strike } from './plan.ts';
import type { Excuse, Sample } from './seen.ts';

/** Everything that was seen of one thing that was asked for. */
export type Case = {
  readonly ask: Ask;
  /** What was filed for it: there must not be more than one. */
  readonly ids: readonly RequestId[];
  readonly done: readonly Done[];
  readonly samples: readonly Sample[];
  /** What the API answered who asked there. */
  readonly answers: readonly Answer[];
};

/** Milliseconds after its time for which something may still be in force. */
export const tolerance = 5_000;
/** Between two looks, and for what a look takes. */
const blur = 1_000;

/** Who answers for a pipeline does not decide on what it asks. */
const platformFor = ({ over }: Ask): readonly string[] => (over === 'api' ? ['U0BOB'] : ['U0BOB', 'U0CAROL']);
const security = ['U0DAN', 'U0ERIN'];

/** When enough people had clicked for the first time, by nothing of ours; infinity where they never have. */
const mayBeInForceFrom = ({ ask, done }: Case): number => {
  const first = (group: readonly string[]): number =>
    Math.min(
      ...done.flatMap(({ deed, at }) => (deed.does === 'approve' && group.includes(deed.by) ? [at] : [])),
      Number.POSITIVE_INFINITY,
    );
  const platform = first(platformFor(ask));
  return ask.namespace === 'shop-payments' ? Math.max(platform, first(security)) : platform;
};

/** A deadline, later by all the time from it on in which nothing could be ended. */
const excused = (deadline: number, excuses: readonly Excuse[]): number => {
  let until = deadline;
  for (const { from, to } of excuses)
    if (from - blur <= until && to > until - tolerance) until = Math.max(until, to + tolerance);
  return until;
};

/** What of a case is not as it must be, by the effects alone: whatever has become of the log. */
export const judgeEffects = (one: Case, excuses: readonly Excuse[]): readonly string[] => {
  const { ask, samples } = one;
  const [first] = samples.filter(({ inForce }) => inForce);
  if (first === undefined) return [];
  const allowed = mayBeInForceFrom(one);
  const early = first.at < allowed ? [`#${ask.nth} was in force before enough had agreed`] : [];
  const end = excused(first.at + ask.seconds * 1_000 + tolerance + blur, excuses);
  const late = samples.find(({ at, inForce }) => inForce && at > end);
  if (late === undefined) return early;
  const seconds = ((late.at - first.at) / 1_000).toFixed(1);
  return [
    ...early,
    `#${ask.nth} (${one.ids[0] ?? 'not in the log'}) was in force ${seconds} s after it began, for ${ask.seconds} s`,
  ];
};

/** The log of a request; a text says why it cannot be believed, undefined that there is none. */
export const chainOf = async (
  { redis, stand }: Pick<Ground, 'redis' | 'stand'>,
  id: RequestId,
): Promise<Chain | string | undefined> => {
  const found = createKeys(stand.config('worker').keys, []);
  if (!found.ok) throw new Error(found.error.join('\n'));
  const read = readChain(id, await redis.lrange(keys.log(id), 0, -1), found.value.trust);
  return read.ok ? read.value : `entry ${read.error.version}: ${read.error.why}`;
};

/** What a log says, in a line. */
export const toldBy = async (ground: Pick<Ground, 'redis' | 'stand'>, id: RequestId): Promise<string> => {
  const chain = await chainOf(ground, id);
  if (chain === undefined || typeof chain === 'string') return `${id}: ${chain ?? 'no log'}`;
  const events = chain.entries.map(({ at, event }) => {
    const why = 'why' in event && event.why !== undefined ? ` (${event.why})` : '';
    const follows = 'follows' in event && event.follows !== undefined ? ` after ${JSON.stringify(event.follows)}` : '';
    return `${at.toString().slice(11, 23)} ${event.type}${why}${follows}`;
  });
  return `${id}: ${events.join(', ')}`;
};

const once = ['submitted', 'approved', 'activated', 'ended', 'denied', 'withdrawn', 'lapsed', 'failed', 'timed-out'];

/** What of a log is not as it must be, beside what was done and seen. */
export const judgeLog = (
  { ask, done, samples }: Case,
  { request, entries }: Chain,
  strikes: readonly Strike[],
): readonly string[] => {
  const said = `#${ask.nth} (${request.asked.id})`;
  const types = entries.map(({ event }) => event.type);
  const problems: string[] = [];
  for (const type of once)
    if (types.filter((one) => one === type).length > 1) problems.push(`${said} has ${type} more than once in its log`);
  const voters = entries.flatMap(({ event }) => (event.type === 'voted' ? [event.by] : []));
  if (new Set(voters).size < voters.length) problems.push(`${said}: somebody has voted twice: ${voters.join(', ')}`);
  const clicked = new Set(done.flatMap(({ deed }) => (deed.does === 'approve' ? [deed.by as string] : [])));
  for (const voter of voters) if (!clicked.has(voter)) problems.push(`${said}: ${voter} has voted, and never clicked`);
  if (!isOver(request.state.status)) problems.push(`${said} is still ${request.state.status}`);
  if (
    samples.some(({ inForce }) => inForce) &&
    !types.includes('activated') &&
    !types.includes('lapsed') &&
    !types.includes('failed')
  )
    problems.push(`${said} was in force, and its log says ${types.join(', ')}`);
  return [...problems, ...lostDecisions({ ask, done }, { request, entries }, strikes)];
};

/** A click that was acknowledged, of somebody who counts, while nothing was decided: it must be in the log. */
const lostDecisions = (
  { ask, done }: Pick<Case, 'ask' | 'done'>,
  { request, entries }: Pick<Chain, 'request' | 'entries'>,
  strikes: readonly Strike[],
): readonly string[] => {
  // Whoever was told no, or to try again, could not be heard of it.
  if (strikes.length > 0) return [];
  const platform = platformFor(ask);
  const counts = ask.namespace === 'shop-payments' ? [...platform, ...security] : platform;
  const decided = entries.find(({ event }) => ['approved', 'denied', 'withdrawn'].includes(event.type))?.at;
  const until = decided?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
  const voters = new Set(entries.flatMap(({ event }) => (event.type === 'voted' ? [event.by as string] : [])));
  return done.flatMap(({ deed, at, isAcknowledged }) =>
    isAcknowledged && deed.does === 'approve' && counts.includes(deed.by) && at + blur < until && !voters.has(deed.by)
      ? [`#${ask.nth} (${request.asked.id}): ${deed.by} approved, was acknowledged, and is not in the log`]
      : [],
  );
};
