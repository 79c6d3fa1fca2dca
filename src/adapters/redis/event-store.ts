import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { AppendResult, Clock, EventStore, RequestIndex } from '#use-cases/ports.ts';
import { appendScript, markShownScript } from './append-script.ts';
import { patience } from './connection.ts';
import { asking, readAs } from './faults.ts';
import { keys, statuses } from './keys.ts';
import { defineScript } from './script.ts';
import { within } from './within.ts';

const ids = z.array(requestId);
const lines = z.array(z.string());
const count = z.int().min(0);
const reply = z.union([
  z.tuple([z.enum(['appended', 'conflict', 'full', 'late'])]),
  z.tuple([z.literal('filed-before'), z.string()]),
  z.tuple([z.literal('foreign'), z.string(), z.string()]),
]);

const rememberOriginSeconds = 86_400;

/**
 * Keeps the request logs in Redis, over a connection of the `commit` profile. Every call ends within about two seconds;
 * a fault (no answer, a foreign value under one of our keys) is thrown with the key or the call in its message.
 *
 * `append` carries a deadline by Redis' own clock (`clock` is `createRedisClock` over the same Redis): one that is given
 * up here and reaches Redis later (it was hung, or the network) does nothing there. Only an answer lost on its way back
 * leaves open whether it was done. A step in Redis' time makes appends fail until the clock is measured anew (5 s).
 */
export const createRedisEventStore = (redis: Redis, clock: Clock): EventStore => {
  const runAppend = defineScript(redis, 'hallpassAppend', appendScript);
  const runMarkShown = defineScript(redis, 'hallpassMarkShown', markShownScript);

  const list = async (key: string, answer: Promise<unknown>): Promise<readonly RequestId[]> =>
    readAs(ids, key, await asking(`read "${key}"`, answer));
  const latest = (key: string, limit: number, skip = 0): Promise<readonly RequestId[]> =>
    limit < 1 ? Promise.resolve([]) : list(key, redis.zrevrange(key, skip, skip + limit - 1));
  const oldest = (key: string, limit: number, skip = 0): Promise<readonly RequestId[]> =>
    limit < 1 ? Promise.resolve([]) : list(key, redis.zrange(key, String(skip), String(skip + limit - 1)));
  const upTo = (key: string, now: Temporal.Instant, limit: number): Promise<readonly RequestId[]> =>
    list(key, redis.zrangebyscore(key, '-inf', now.epochMilliseconds, 'LIMIT', 0, limit));

  return {
    read: async (id) =>
      readAs(lines, keys.log(id), await asking(`read request ${id}`, redis.lrange(keys.log(id), 0, -1))),

    append: (id, expectedVersion, added, index, origin) => {
      const started = performance.now();
      const append = async (): Promise<AppendResult> => {
        const now = await clock.now();
        const deadline = now.epochMilliseconds + patience - Math.ceil(performance.now() - started);
        const details = argumentsOf(index, origin);
        const answer = await runAppend(keysOf(id, index, origin), [
          id,
          expectedVersion,
          deadline,
          ...details,
          ...added,
        ]);
        return resultOf(id, answer, origin);
      };
      return asking(`append to request ${id}`, within(patience, append()));
    },

    filedFor: async (origin) => {
      const key = keys.origin(origin);
      const found = await asking(`read "${key}"`, redis.get(key));
      return found === null ? undefined : readAs(requestId, key, found);
    },

    lengths: (ids) =>
      Promise.all(
        ids.map(async (id) =>
          readAs(count, keys.log(id), await asking(`count "${keys.log(id)}"`, redis.llen(keys.log(id)))),
        ),
      ),

    due: (now, limit) => upTo(keys.due, now, limit),
    news: (now, limit) => upTo(keys.news, now, limit),
    inStatus: (status, limit, skip) => latest(keys.status(status), limit, skip),
    toReview: (limit, skip) => oldest(keys.toReview, limit, skip),
    ofPerson: (person, limit) => latest(keys.person(person), limit),
    activeOf: async (person, limit) => {
      // Both have the time of submission, so that the sum of both is in its order.
      const found = await list(keys.person(person), redis.zinter(2, keys.person(person), keys.status('active')));
      return found.toReversed().slice(0, limit);
    },

    countPending: async (person, caller) => {
      const [total, own, unasked] = await asking(
        'count the pending requests',
        Promise.all([
          redis.zcard(keys.status('pending')),
          redis.zcard(keys.pendingBy(person)),
          redis.zcard(keys.unaskedBy(person, caller)),
        ]),
      );
      return {
        total: readAs(count, keys.status('pending'), total),
        own: readAs(count, keys.pendingBy(person), own),
        unasked: readAs(count, keys.unaskedBy(person, caller), unasked),
      };
    },

    unshown: (limit) => oldest(keys.unshown, limit),
    markShown: async (id, version) => {
      await asking(`mark request ${id} as shown`, runMarkShown([keys.log(id), keys.unshown], [id, version]));
    },
  };
};

const argumentsOf = (index: RequestIndex, origin: string | undefined): readonly (string | number)[] => [
  index.submittedAt.epochMilliseconds,
  index.dueAt?.epochMilliseconds ?? '',
  statuses.indexOf(index.status) + 1,
  statuses.length,
  origin === undefined ? '' : rememberOriginSeconds,
  index.toReview ? 1 : 0,
  index.atMost ?? '',
  index.newsAt?.epochMilliseconds ?? '',
];

const keysOf = (id: RequestId, { people, caller }: RequestIndex, origin: string | undefined): readonly string[] => {
  const [requester] = people;
  if (requester === undefined) throw new Error(`Request ${id} concerns nobody: the index names no people`);
  return [
    keys.log(id),
    keys.due,
    keys.unshown,
    keys.audit,
    keys.origin(origin ?? ''),
    keys.pendingBy(requester),
    keys.toReview,
    keys.unaskedBy(requester, caller),
    keys.news,
    keys.unanchored,
    keys.removed,
    ...statuses.map(keys.status),
    ...people.map(keys.person),
  ];
};

const resultOf = (id: RequestId, answer: unknown, origin: string | undefined): AppendResult => {
  const [type, ...rest] = readAs(reply, keys.log(id), answer);
  switch (type) {
    case 'appended':
    case 'conflict':
    case 'full':
      return { type };
    case 'late':
      throw new Error(`Redis was asked too late to append to request ${id}; nothing was recorded`);
    case 'filed-before':
      return { type, id: readAs(requestId, keys.origin(origin ?? ''), rest[0]) };
    case 'foreign':
      throw new Error(
        `Redis key "${rest[0]}" is a ${rest[1]}, which Hallpass did not write; nothing was recorded. Look who else writes there.`,
      );
  }
};
