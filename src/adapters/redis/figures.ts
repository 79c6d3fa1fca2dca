import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock } from '#use-cases/ports.ts';
import { asking, readAs } from './faults.ts';
import { keys, statuses } from './keys.ts';

export type Figures = {
  readonly byState: readonly (readonly [state: string, count: number])[];
  readonly overdueGrants: number;
  /** 0 when Slack shows all. */
  readonly unshownSeconds: number;
  /** What others have left for the bot. */
  readonly left: readonly (readonly [queue: 'intake' | 'urgent', count: number])[];
};

/** Milliseconds by which an end may be late without being told of: jobs take some 10, and the sweep a few seconds. */
const grace = 10_000;
/** More than that need nobody be told: it is all. */
const most = 1_000;

const count = z.int().min(0);
const ids = z.array(z.string());
const scores = z.array(z.unknown());
const oldest = z.union([z.tuple([]), z.tuple([z.string(), z.coerce.number()])]);

/**
 * Reads how much there is, over a connection of the `commit` profile. What it costs does not grow with the number of requests: counts of
 * indices, and what is overdue. Throws when Redis does not answer, or refuses one of them.
 */
export const readFigures = async (redis: Redis, clock: Clock): Promise<Figures> => {
  const now = (await clock.now()).epochMilliseconds;
  const read = async <T>(schema: z.ZodType<T>, key: string, answer: Promise<unknown>): Promise<T> =>
    readAs(schema, key, await asking(`count "${key}"`, answer));
  const overdueGrants = async (): Promise<number> => {
    const due = await read(ids, keys.due, redis.zrangebyscore(keys.due, '-inf', now - grace, 'LIMIT', 0, most));
    if (due.length === 0) return 0;
    // Also due is what nobody has decided or done; only what is in force is a grant.
    const active = keys.status('active');
    return (await read(scores, active, redis.zmscore(active, ...due))).filter((score) => score !== null).length;
  };
  const unshownSeconds = async (): Promise<number> => {
    const [, since] = await read(oldest, keys.unshown, redis.zrange(keys.unshown, '0', '0', 'WITHSCORES'));
    return since === undefined ? 0 : Math.max(0, (now - since) / 1_000);
  };
  const counted = async <K extends string>(name: K, key: string, answer: Promise<unknown>) =>
    [name, await read(count, key, answer)] as const;
  const [byState, overdue, unshown, left] = await Promise.all([
    Promise.all(statuses.map((state) => counted(state, keys.status(state), redis.zcard(keys.status(state))))),
    overdueGrants(),
    unshownSeconds(),
    Promise.all([
      counted('intake', keys.intake, redis.xlen(keys.intake)),
      counted('urgent', keys.urgent, redis.xlen(keys.urgent)),
    ]),
  ]);
  return { byState, overdueGrants: overdue, unshownSeconds: unshown, left };
};
