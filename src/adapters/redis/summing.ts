import type { Redis } from 'ioredis';
import { z } from 'zod';
import { lastMoment } from '#domain/instant.ts';
import type { Summing } from '#use-cases/summing.ts';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';

const moment = z.codec(z.string(), z.instanceof(Temporal.Instant), {
  decode: (text, context) => {
    const milliseconds = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (milliseconds <= lastMoment) return Temporal.Instant.fromEpochMilliseconds(milliseconds);
    context.issues.push({ code: 'custom', input: text, message: 'not a moment in epoch milliseconds' });
    return z.NEVER;
  },
  encode: (value) => String(value.epochMilliseconds),
});

/** Keeps in Redis what summaries are made from, over a connection of the `commit` profile. */
export const createRedisSumming = (redis: Redis): Omit<Summing, 'later' | 'isUnderWay' | 'rest'> => ({
  keep: async (id, closed, seconds) => {
    const key = keys.scope(id);
    await asking(`write "${key}"`, redis.set(key, closed, 'EX', Math.max(1, seconds)));
  },
  read: async (id) => {
    const key = keys.scope(id);
    return (await asking(`read "${key}"`, redis.get(key))) ?? undefined;
  },
  forget: async (id) => {
    const key = keys.scope(id);
    await asking(`remove "${key}"`, redis.unlink(key));
  },
  lastAudit: async (cluster) => {
    const key = keys.watching(cluster);
    const said = await asking(`read "${key}"`, redis.get(key));
    return said === null ? undefined : readAs(moment, key, said);
  },
});
