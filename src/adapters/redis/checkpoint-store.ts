import type { Redis } from 'ioredis';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { lastMoment } from '#domain/instant.ts';
import type { CheckpointStore } from '#use-cases/checkpoint-ports.ts';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';
import { createLogReader } from './log-reader.ts';
import { defineScript } from './script.ts';

const count = z.int().min(0);
const lines = z.array(z.string());
const answered = z.union([z.literal(0), z.literal(1)]).transform((answer) => answer === 1);
const waiting = z
  .array(z.string())
  .transform((flat) =>
    flat.flatMap((member, index) => (index % 2 === 0 ? [{ member, score: Number(flat[index + 1]) }] : [])),
  );

/**
 * KEYS: checkpoints, unanchored, then the logs that it covers. ARGV: the line that must be the last, the new one, then id and
 * version of each log. What has grown meanwhile waits for the next one from now on.
 */
const appendScript = `
local last = redis.call('LRANGE', KEYS[1], -1, -1)[1] or ''
if last ~= ARGV[1] then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for index = 3, #KEYS do
  local id, version = ARGV[index * 2 - 3], tonumber(ARGV[index * 2 - 2])
  if redis.call('LLEN', KEYS[index]) == version then redis.call('ZREM', KEYS[2], id)
  else redis.call('ZADD', KEYS[2], now, id) end
end
return 1
`;

/** A score that is no moment, such as `inf`, is somebody else's: what has it has waited for ever. */
const momentOf = (score: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Math.abs(score) <= lastMoment ? Math.floor(score) : 0);

type Waiting = Awaited<ReturnType<CheckpointStore['waiting']>>[number];

/** Members that are read, and logs whose length is asked for at the same time. */
const atOnce = 500;

/** Keeps the checkpoints in Redis, over a connection of the `commit` profile, with the rights of the bot. */
export const createRedisCheckpointStore = (redis: Redis): CheckpointStore => {
  const run = defineScript(redis, 'hallpassAppendCheckpoint', appendScript);
  const reader = createLogReader(redis);
  const key = keys.checkpoints;
  return {
    waiting: async (limit, skip = 0) => {
      const all: Waiting[] = [];
      // What somebody else has put there takes nobody's place.
      for (let from = 0; all.length < skip + limit; from += atOnce) {
        const answer = redis.zrange(keys.unanchored, String(from), String(from + atOnce - 1), 'WITHSCORES');
        const found = readAs(waiting, keys.unanchored, await asking(`read "${keys.unanchored}"`, answer));
        all.push(
          ...found.flatMap(({ member, score }) => {
            const id = requestId.safeParse(member).data;
            return id === undefined ? [] : [{ id, since: momentOf(score) }];
          }),
        );
        if (found.length < atOnce) break;
      }
      return all.slice(skip, skip + limit);
    },
    latest: async () => readAs(lines, key, await asking(`read "${key}"`, redis.lrange(key, -1, -1)))[0],
    count: async () => readAs(count, key, await asking(`count "${key}"`, redis.llen(key))),
    lines: async (from, many) =>
      readAs(lines, key, await asking(`read "${key}"`, redis.lrange(key, from, from + many - 1))),
    append: async (expected, line, covered) => {
      const answer = run(
        [key, keys.unanchored, ...covered.map(([id]) => keys.log(id))],
        [expected ?? '', line, ...covered.flat()],
      );
      return readAs(answered, key, await asking('write a checkpoint', answer));
    },
    async *lengths() {
      const ids = (await reader.ids()).flatMap((id) => requestId.safeParse(id).data ?? []);
      for (let first = 0; first < ids.length; first += atOnce) {
        const batch = ids.slice(first, first + atOnce);
        yield await Promise.all(
          batch.map(
            async (id) =>
              [
                id,
                readAs(count, keys.log(id), await asking(`count "${keys.log(id)}"`, redis.llen(keys.log(id)))),
              ] as const,
          ),
        );
      }
    },
    mark: async (ids, at) => {
      const members = ids.flatMap((id) => [at.epochMilliseconds, id]);
      if (members.length > 0) await asking('mark requests', redis.zadd(keys.unanchored, 'NX', ...members));
    },
  };
};
