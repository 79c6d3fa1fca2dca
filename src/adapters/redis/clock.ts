import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock } from '#use-cases/ports.ts';
import { readAs } from './faults.ts';
import { within } from './within.ts';

export type RedisClockOptions = {
  /** Asked while Redis is away: the API server's `Date`. */
  readonly fallback?: () => Promise<Temporal.Instant>;
  /** Milliseconds that a measurement is used; 5000. */
  readonly remeasureAfter?: number;
  /** Milliseconds that Redis may take to answer: half of it is the largest error of a measurement; 500. */
  readonly roundTrip?: number;
};

const redisTime = z
  .tuple([z.coerce.number().int(), z.coerce.number().int()])
  .transform(([seconds, micros]) => seconds * 1_000 + micros / 1_000);

/** Milliseconds of waiting after a failed measurement, so that not every look at the clock waits for a dead Redis. */
const askAgainAfter = 1_000;

/** What time it was at one moment of this process' monotonic clock. */
type Measured = { readonly epoch: number; readonly moment: number; readonly of: 'redis' | 'fallback' };

/**
 * The common clock: Redis `TIME`, measured now and then and carried on by this process' monotonic clock in between, so
 * that looking is cheap. Without Redis: the fallback's time; without that, the last measurement carried on. This
 * machine's own date is never asked. Throws only when nothing has been measured yet and nothing answers.
 */
export const createRedisClock = (redis: Redis, options: RedisClockOptions = {}): Clock => {
  const { fallback, remeasureAfter = 5_000, roundTrip = 500 } = options;
  let last: Measured | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let measuring: Promise<void> | undefined;

  const askRedis = async (): Promise<Measured> => {
    const before = performance.now();
    const answer: unknown = await within(roundTrip, redis.time());
    const after = performance.now();
    if (after - before > roundTrip) throw new Error(`Redis took longer than ${roundTrip} ms to say its time`);
    return { epoch: readAs(redisTime, 'TIME', answer), moment: (before + after) / 2, of: 'redis' };
  };

  const askFallback = async (): Promise<Measured | undefined> => {
    if (fallback === undefined) return undefined;
    const before = performance.now();
    const answer = await within(2_000, fallback());
    return { epoch: answer.epochMilliseconds, moment: (before + performance.now()) / 2, of: 'fallback' };
  };

  const measure = async (): Promise<void> => {
    try {
      last = await askRedis();
    } catch (cause) {
      failedAt = performance.now();
      last = (await askFallback().catch(() => undefined)) ?? last;
      if (last === undefined) throw new Error('No clock answers: neither Redis nor the API server', { cause });
    } finally {
      measuring = undefined;
    }
  };

  const isFresh = (): boolean => {
    if (last === undefined) return false;
    const moment = performance.now();
    if (last.of === 'redis' && moment - last.moment < remeasureAfter) return true;
    return moment - failedAt < askAgainAfter;
  };

  return {
    now: async () => {
      if (!isFresh()) {
        measuring ??= measure();
        await measuring;
      }
      if (last === undefined) throw new Error('No clock answers: neither Redis nor the API server');
      return Temporal.Instant.fromEpochMilliseconds(Math.floor(last.epoch + performance.now() - last.moment));
    },
  };
};
