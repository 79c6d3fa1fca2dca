import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { RequestId } from '#domain/ids.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { LogReader } from '#use-cases/export-log.ts';
import { asking, readAs } from './faults.ts';
import { keys, statuses } from './keys.ts';

const withScores = z
  .array(z.string())
  .transform((flat) =>
    flat.flatMap((member, index) => (index % 2 === 0 ? [{ member, score: flat[index + 1] ?? '0' }] : [])),
  );
const lines = z.array(z.string());

/** Members of an index that are asked for at a time. */
const batch = 500;
/** Checkpoints, of up to 8 KB each, that are asked for at a time. */
const perRead = 100;

/**
 * Reads every log there is, over a connection of the `commit` profile, with the rights of the bot or the worker. A fault (no
 * answer, an index that is not ours) is thrown.
 */
export const createLogReader = (redis: Redis): LogReader => ({
  ids: async () => {
    const found = new Map<string, number>();
    // In the order in which requests go through them: one that moves on meanwhile is met there.
    for (const status of statuses)
      for await (const { member, score } of membersOf(redis, keys.status(status)))
        if (!found.has(member)) found.set(member, Number(score));
    return [...found].sort(([, one], [, other]) => one - other).map(([id]) => id);
  },
  read: (id) => readLog(redis, id),
  checkpoints: () => checkpointsIn(redis),
});

async function* checkpointsIn(redis: Redis): AsyncGenerator<readonly string[]> {
  const key = keys.checkpoints;
  for (let from = 0; ; from += perRead) {
    const found = readAs(lines, key, await asking(`read "${key}"`, redis.lrange(key, from, from + perRead - 1)));
    if (found.length > 0) yield found;
    if (found.length < perRead) return;
  }
}

/** By score and not by place: what leaves the index meanwhile moves the places of the others. */
async function* membersOf(redis: Redis, key: string) {
  let from = '-inf';
  let same = new Set<string>();
  for (;;) {
    const answer = redis.zrangebyscore(key, from, '+inf', 'WITHSCORES', 'LIMIT', 0, batch + same.size);
    const found = readAs(withScores, key, await asking(`read "${key}"`, answer));
    const added = found.filter(({ member, score }) => score !== from || !same.has(member));
    yield* added;
    const last = added.at(-1);
    if (last === undefined) return;
    const atLast = added.filter(({ score }) => score === last.score).map(({ member }) => member);
    same = new Set([...(last.score === from ? same : []), ...atLast]);
    from = last.score;
  }
}

const readLog = async (redis: Redis, id: RequestId): Promise<Result<readonly string[], string>> => {
  const key = keys.log(id);
  try {
    return ok(readAs(lines, key, await redis.lrange(key, 0, -1)));
  } catch (cause) {
    // Redis' own no, of what is no list; that it does not answer is a fault.
    if (cause instanceof Error && cause.message.startsWith('WRONGTYPE'))
      return err(`Redis key "${key}" holds what Hallpass did not write. Look who else writes there`);
    throw new Error(`Redis did not read request ${id}`, { cause });
  }
};
