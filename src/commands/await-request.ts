import { setTimeout as pause } from 'node:timers/promises';
import { backoff, type Failed } from '#adapters/http/api-call.ts';
import type { Asking } from '#adapters/http/api-client.ts';
import type { Problem, RequestView } from '#adapters/http/api-schemas.ts';
import { isSettled } from './request-status.ts';

/** What waiting came to, with the request as it was seen last. */
export type Watched = {
  readonly type: 'settled' | 'late' | 'interrupted' | 'failed';
  readonly request: RequestView;
  /** Why it could not be looked at any more. */
  readonly problem?: Problem;
};

export type Watch = {
  /** What is waited for: that it is settled, unless something else is. */
  readonly until?: (request: RequestView) => boolean;
  /** Milliseconds to wait at most; as long as it takes when absent. */
  readonly within?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After each look: whether something has happened since the one before. */
  readonly onLook?: (request: RequestView, isNew: boolean) => void;
  /** The API could not be reached, and is tried again. */
  readonly onAway?: (problem: Problem) => void;
};

/** Seconds for one look: proxies in between give up on longer ones. */
const look = 30;
/** Milliseconds without an answer after which nobody waits any more. */
const patience = 300_000;
/** Milliseconds; who answers at once although asked to wait is not asked again and again, nor who has something new each time. */
const least = 1_000;
const leastForNews = 100;
/** Milliseconds; Node takes more than 31 bits of them for one. */
const longestTimer = 2 ** 31 - 1;

/** Waits for what becomes of a request, over whatever breaks in between. */
export const awaitRequest = async (
  { lookLater }: Pick<Asking, 'lookLater'>,
  first: RequestView,
  { until = isSettled, within = Number.POSITIVE_INFINITY, signal, onLook = () => {}, onAway = () => {} }: Watch,
): Promise<Watched> => {
  const deadline = performance.now() + within;
  let request = first;
  let answeredAt = performance.now();
  let failures = 0;

  /** Whether it is worth trying again. */
  const giveUp = ({ problem, again }: Failed): Watched | undefined => {
    if (again === undefined || performance.now() - answeredAt > patience) return { type: 'failed', request, problem };
    onAway(problem);
    failures += 1;
    return undefined;
  };

  while (!until(request)) {
    const left = deadline - performance.now();
    if (signal?.aborted) return { type: 'interrupted', request };
    if (left <= 0) return { type: 'late', request };
    const limit = Number.isFinite(left) ? [AbortSignal.timeout(Math.min(longestTimer, Math.ceil(left)))] : [];
    const stop = AbortSignal.any([...(signal === undefined ? [] : [signal]), ...limit]);
    const begun = performance.now();
    const seconds = Math.max(1, Math.min(look, Math.ceil(left / 1_000)));
    const got = await lookLater(request.id, request.version, seconds, stop);
    if (stop.aborted && !got.ok) continue;
    if (!got.ok) {
      const end = giveUp(got.error);
      if (end !== undefined) return end;
      await pause(Math.max(got.error.again ?? 0, backoff(failures - 1)), null, { signal: stop }).catch(() => {});
      continue;
    }
    const isNew = got.value.version !== request.version;
    [request, answeredAt, failures] = [got.value, performance.now(), 0];
    onLook(request, isNew);
    const rest = isNew ? leastForNews : least;
    if (performance.now() - begun < rest) await pause(rest, null, { signal: stop }).catch(() => {});
  }
  return { type: 'settled', request };
};
