import type { Redis } from 'ioredis';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { watchRules } from '#domain/watch/suspicion.ts';
import type { LogToRemove, RemovalStore } from '#use-cases/removal-ports.ts';
import { asking, readAs } from './faults.ts';
import { keys, statuses } from './keys.ts';
import { defineScript } from './script.ts';

/** Indexes in which nothing stands that may be removed. */
const awaiting: readonly string[] = [keys.due, keys.news, keys.unshown, keys.unanchored, keys.toReview];

/**
 * Everything that can fail comes before the first write, and what needs a right that a log's own writer does not have comes first
 * of the writes: with a user who lacks it, nothing is done.
 *
 * KEYS: log, removed, then those in which it must not stand, the indexes in which it may, what is kept under its id, what leads to it.
 * ARGV: id, how many entries it has, how many keys of each of the four sorts behind these two.
 */
const removeScript = `
local id, entries = ARGV[1], tonumber(ARGV[2])
local awaiting, indexes, kept, leading = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local length = redis.call('LLEN', KEYS[1])
if length == 0 then return 'gone' end
if length ~= entries then return 'changed' end
for index = 3, 2 + awaiting do
  if redis.call('ZSCORE', KEYS[index], id) then return 'awaited' end
end
local noted = redis.call('TYPE', KEYS[2]).ok
if noted ~= 'none' and noted ~= 'set' then return {KEYS[2], noted} end
local first = 3 + awaiting
for index = first, first + indexes - 1 do
  local found = redis.call('TYPE', KEYS[index]).ok
  if found ~= 'none' and found ~= 'zset' then return {KEYS[index], found} end
end
local doomed = {KEYS[1]}
first = first + indexes
for index = first, first + kept - 1 do table.insert(doomed, KEYS[index]) end
first = first + kept
for index = first, first + leading - 1 do
  if redis.call('TYPE', KEYS[index]).ok == 'string' and redis.call('GET', KEYS[index]) == id then table.insert(doomed, KEYS[index]) end
end
redis.call('SADD', KEYS[2], id)
redis.call('UNLINK', unpack(doomed))
for index = 3 + awaiting, 2 + awaiting + indexes do redis.call('ZREM', KEYS[index], id) end
return 'removed'
`;

const answered = z.union([z.enum(['removed', 'gone', 'changed', 'awaited']), z.tuple([z.string(), z.string()])]);
const ids = z.array(z.string()).transform((all) => all.flatMap((one) => requestId.safeParse(one).data ?? []));
const scores = z.array(z.string().nullable());

/** Removes logs from Redis, over a connection of the `commit` profile, with the rights of the bot. */
export const createRedisRemovalStore = (redis: Redis): RemovalStore => {
  const run = defineScript(redis, 'hallpassRemove', removeScript);
  return {
    submittedBefore: async (status, moment, limit, skip) => {
      const key = keys.status(status);
      const answer = redis.zrangebyscore(key, '-inf', moment.epochMilliseconds, 'LIMIT', skip, limit);
      return readAs(ids, key, await asking(`read "${key}"`, answer));
    },
    isAwaited: async (id) => {
      const answer = Promise.all(awaiting.map((key) => redis.zscore(key, id)));
      return readAs(scores, keys.log(id), await asking(`look what request ${id} waits for`, answer)).some(
        (score) => score !== null,
      );
    },
    remove: async (log) => {
      const { indexes, kept, leading } = placesOf(log);
      const at = [keys.log(log.id), keys.removed, ...awaiting, ...indexes, ...kept, ...leading];
      const counts = [awaiting.length, indexes.length, kept.length, leading.length];
      const answer = await asking(`remove request ${log.id}`, run(at, [log.id, log.entries, ...counts]));
      const result = readAs(answered, keys.log(log.id), answer);
      if (typeof result === 'string') return result;
      throw new Error(
        `Redis key "${result[0]}" is a ${result[1]}, which Hallpass did not write; nothing was removed. Look who else writes there.`,
      );
    },
    trimStream: async (before) => {
      await asking(`trim "${keys.audit}"`, redis.xtrim(keys.audit, 'MINID', before.epochMilliseconds));
    },
  };
};

const placesOf = ({ id, people, caller, contents, held }: LogToRemove) => ({
  indexes: [
    ...statuses.map(keys.status),
    ...people.map(keys.person),
    keys.pendingBy(people[0]),
    keys.unaskedBy(people[0], caller),
  ],
  kept: [
    keys.view('slack', id),
    keys.scope(id),
    keys.said(id),
    ...contents.map((digest) => keys.content(id, digest)),
    ...watchRules.map((rule) => keys.seen(id, rule)),
  ],
  leading: held.map(keys.held),
});
