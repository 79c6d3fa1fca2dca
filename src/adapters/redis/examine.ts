import type { Redis } from 'ioredis';
import { z } from 'zod';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { requestId } from '#domain/ids.ts';
import type { RedisUser } from './acl.ts';
import type { RedisAddress } from './address.ts';
import { asking } from './faults.ts';
import { checkRedis, parseInfo, type RedisProblem } from './health.ts';
import { keys } from './keys.ts';
import { lackingRights, openingsOf } from './look.ts';

const info = z.looseObject({
  redis_version: z.string(),
  /** Valkey says Redis' version for compatibility, and its own here. */
  valkey_version: z.string().optional(),
  used_memory: z.coerce.number(),
  used_memory_human: z.string(),
  maxmemory: z.coerce.number(),
  maxmemory_human: z.string(),
  total_system_memory: z.coerce.number().optional(),
});

/** Looks at all that can be wrong with this Redis for a process. Throws when it does not answer. */
export const examineRedis = async (
  redis: Redis,
  address: RedisAddress,
  user: RedisUser,
): Promise<readonly Finding[]> => {
  const problems = await checkRedis(redis);
  const said = info.safeParse(parseInfo(await asking('say its INFO', redis.info()))).data;
  // Of what is none, or says nothing of itself, nothing else can be told.
  if (said === undefined) return problems.map(findingOf);
  const keeps = problems.every(({ type }) => type !== 'wrong');
  const rights = await lackingRights(redis, user);
  return [
    fine(
      `${said.valkey_version === undefined ? `Redis ${said.redis_version}` : `Valkey ${said.valkey_version}`} answers.`,
    ),
    ...problems.map(findingOf),
    ...(keeps ? [fine('It keeps what it is given: noeviction, appendonly.')] : []),
    await syncOf(redis),
    ...(await replayOf(redis)),
    memoryOf(said),
    ...(await openingsOf(address)).map(findingOf),
    ...(rights.length === 0 ? [fine(`It lets this user do all that the ${user} needs.`)] : rights.map(findingOf)),
  ];
};

const findingOf = ({ type, problem, remedy }: RedisProblem): Finding =>
  (type === 'wrong' || type === 'lacking' ? wrong : caution)(`${problem} ${remedy}`);

/** Past this share of its memory it is soon one that refuses every write. */
const nearlyFull = 0.8;

const memoryOf = (said: z.infer<typeof info>): Finding => {
  const { used_memory: used, used_memory_human: usedText, maxmemory, maxmemory_human: limitText } = said;
  const limit = maxmemory > 0 ? maxmemory : (said.total_system_memory ?? Number.POSITIVE_INFINITY);
  const of = maxmemory > 0 ? `of ${limitText} (maxmemory)` : 'and no limit of its own (maxmemory 0)';
  return used > limit * nearlyFull
    ? caution(`Redis uses ${usedText} ${of}: when it is full nothing more can be asked for. Give it more memory.`)
    : fine(`It uses ${usedText} ${of}.`);
};

/** A user who may not read settings is as it should be; then nobody can tell from here how often Redis writes to disk. */
const syncOf = async (redis: Redis): Promise<Finding> => {
  const mayConfigure = await redis.config('GET', 'appendfsync').then(
    () => true,
    () => false,
  );
  return mayConfigure
    ? caution(
        'This user may read, and maybe change, Redis’ own settings. Give each process a user that can do what it needs and no more: manifests/redis/users.acl.',
      )
    : caution(
        'appendfsync is not for this user to see, as it should be: look once, with an administrator’s REDIS_URL, that it is "always".',
      );
};

/**
 * Whether a Redis that starts reads all of its append-only file: it does so with the rights of `default`, whether or not anybody can log in
 * as that (Redis 7.0). Only a user of more rights than Hallpass' own can tell.
 */
const replayOf = async (redis: Redis): Promise<readonly Finding[]> => {
  const asked = ['DRYRUN', 'default', 'RPUSH', keys.log(requestId.parse('k7m2-qx')), 'x'] as const;
  const answer: unknown = await redis.call('ACL', ...asked).catch(() => 'OK');
  return answer === 'OK'
    ? []
    : [
        wrong(
          'Redis’ user "default" may not write: when Redis starts anew it can leave out of its append-only file what scripts have written, which is every log. Load the line of "default" that manifests/redis/users.acl has (ACL LOAD) before Redis is started anew.',
        ),
      ];
};

/** How far Redis' clock is ahead of this machine's, in milliseconds; half of what the answer took is the error. */
export const clockAhead = async (redis: Redis): Promise<number> => {
  // Connecting takes longer than an answer does.
  await asking('answer', redis.ping());
  // The clock that BullMQ goes by.
  const before = Date.now();
  const [seconds, micros] = await asking('say its TIME', redis.time());
  const after = Date.now();
  return Number(seconds) * 1_000 + Number(micros) / 1_000 - (before + after) / 2;
};
