import type { Redis } from 'ioredis';
import { z } from 'zod';
import { personId } from '#domain/ids.ts';
import type { Reports, Seen } from '#use-cases/watcher-ports.ts';
import { asking, readAs } from './faults.ts';
import { createLeaving } from './held-writes.ts';
import { keys } from './keys.ts';
import { defineScript } from './script.ts';

/** Seconds: longer than grants last that anybody watches; and how long it is known that events came. */
const remembered = { seen: 31 * 86_400, watching: 86_400 } as const;
/** Of a grant and rule: the latest so many are kept. */
const mostSeen = 200;

/**
 * Whatever is older than what is asked for is of no use any more, unless something late comes: as much again is kept.
 *
 * KEYS: seen. ARGV: what, at, within, how many are kept, seconds to remember.
 */
const addScript = `
local at, within = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], 'NX', at, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[4]))
redis.call('EXPIRE', KEYS[1], ARGV[5])
return redis.call('ZRANGEBYSCORE', KEYS[1], at - within, at + within, 'WITHSCORES')
`;

const pairs = z.array(z.string());

/** Counts in Redis what watchers have seen, over a connection of the `commit` profile. */
export const createRedisSeen = (redis: Redis): Seen => {
  const runAdd = defineScript(redis, 'hallpassSeen', addScript);
  return {
    add: async ({ grant, rule }, what, at, within) => {
      const key = keys.seen(grant, rule);
      const answer = await asking(
        `count in "${key}"`,
        runAdd([key], [what, at.epochMilliseconds, within, mostSeen, remembered.seen]),
      );
      const flat = readAs(pairs, key, answer);
      return flat.flatMap((text, index) => (index % 2 === 0 ? [{ what: text, at: Number(flat[index + 1]) }] : []));
    },
    know: async (user, person) => {
      const key = keys.user(user);
      await asking(`write "${key}"`, redis.set(key, person, 'EX', remembered.seen));
    },
    whoIs: async (user) => {
      const key = keys.user(user);
      return personId.safeParse(await asking(`read "${key}"`, redis.get(key))).data;
    },
  };
};

/** Leaves for bots what a watcher has seen, over a connection of the `commit` profile. */
export const createRedisReports = (redis: Redis): Reports => {
  const leave = createLeaving(redis);
  return {
    leave: (entry, urgent) => leave(entry, urgent ? keys.urgent : keys.intake),
    watching: async (cluster, now) => {
      const key = keys.watching(cluster);
      await asking(`write "${key}"`, redis.set(key, String(now.epochMilliseconds), 'EX', remembered.watching));
    },
  };
};

const epoch = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** When the last audit events came from a cluster, by Redis' clock; undefined where none came within a day. */
export const lastWatched = async (redis: Redis, cluster: string): Promise<Temporal.Instant | undefined> => {
  const key = keys.watching(cluster);
  const text = await asking(`read "${key}"`, redis.get(key));
  return text === null ? undefined : Temporal.Instant.fromEpochMilliseconds(readAs(epoch, key, text));
};
