import type { Redis } from 'ioredis';
import { z } from 'zod';
import { asking } from './faults.ts';

export type RedisProblem = {
  /**
   * `wrong`: requests or revocations can be lost, or nothing works. `lacking`: the process cannot do all that it has to.
   * `open`: others may read or change what is there. `slow`: revocations are only later than they need be.
   */
  readonly type: 'wrong' | 'lacking' | 'open' | 'slow';
  readonly problem: string;
  readonly remedy: string;
};

/** ACL selectors came with it (manifests/redis/users.acl). */
const oldest = 7;

const info = z.looseObject({
  redis_version: z.string(),
  /** Valkey says Redis' version for compatibility, and its own here. */
  valkey_version: z.string().optional(),
  cluster_enabled: z.string().optional(),
  maxmemory_policy: z.string(),
  aof_enabled: z.string(),
  aof_last_write_status: z.string(),
  configured_hz: z.coerce.number().optional(),
  role: z.string(),
});
type Info = z.infer<typeof info> & { readonly appendfsync?: string | undefined };

/** The fields of Redis' INFO: `name:value` lines under `# Section` heads. */
export const parseInfo = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));

/**
 * Looks whether this Redis is one that will do, and keeps what it is given: what it is, how it evicts, whether it writes to
 * disk, and how often. INFO is enough for all but `appendfsync`, which is looked at only where an ACL allows CONFIG GET.
 */
export const checkRedis = async (redis: Redis): Promise<readonly RedisProblem[]> => {
  const fields = parseInfo(await asking('say its INFO', redis.info()));
  // As Redis calls it, and Valkey.
  if (fields.redis_mode === 'sentinel' || fields.server_mode === 'sentinel') return [misledToSentinel];
  const read = info.safeParse(fields);
  if (!read.success) return [unreadable(read.error)];
  return problemsOf({ ...read.data, appendfsync: await readAppendfsync(redis) });
};

export const misledToSentinel: RedisProblem = {
  type: 'wrong',
  problem: 'REDIS_URL leads to a Sentinel, which keeps nothing.',
  remedy: 'Name it in REDIS_SENTINELS, and the primary that it watches in REDIS_SENTINEL_NAME.',
};

const unreadable = ({ issues }: z.ZodError): RedisProblem => ({
  type: 'wrong',
  problem: `Redis does not say in its INFO what is to be known (${[...new Set(issues.map(({ path }) => path.join('.')))].join(', ')}): whether it keeps what it is given cannot be told.`,
  remedy: 'Take a Redis or Valkey that does; a proxy before it may hide them.',
});

const readAppendfsync = async (redis: Redis): Promise<string | undefined> => {
  try {
    const answer: unknown = await redis.config('GET', 'appendfsync');
    return z.tuple([z.literal('appendfsync'), z.string()]).safeParse(answer).data?.[1];
  } catch {
    return undefined;
  }
};

const problemsOf = (found: Info): readonly RedisProblem[] => [
  ...kindProblems(found),
  ...keepingProblems(found),
  ...((found.configured_hz ?? 100) < 50
    ? [
        {
          type: 'slow' as const,
          problem: `Redis hz is ${found.configured_hz}: revocations are about 50 ms late instead of 10.`,
          remedy: 'Set "hz 100".',
        },
      ]
    : []),
];

const wrong = (problem: string, remedy: string): RedisProblem => ({ type: 'wrong', problem, remedy });

/** What it is. */
const kindProblems = ({ redis_version, valkey_version, cluster_enabled, role }: Info): readonly RedisProblem[] => [
  ...(valkey_version === undefined && Number.parseInt(redis_version, 10) < oldest
    ? [wrong(`Redis is ${redis_version}, which is too old.`, `Take version ${oldest} or later, or Valkey.`)]
    : []),
  ...(cluster_enabled === '1'
    ? [
        wrong(
          'Redis is in cluster mode (cluster_enabled 1): Hallpass speaks to one primary, and does not follow when its keys move to another node.',
          'Take one without; all keys are in one slot, so that more nodes would not carry more.',
        ),
      ]
    : []),
  ...(role === 'master'
    ? []
    : [
        wrong(
          `Redis is a ${role === 'slave' ? 'replica (role:slave)' : role}: it takes no writes.`,
          'Let REDIS_URL lead to the primary, or name Sentinels in REDIS_SENTINELS, which know who that is.',
        ),
      ]),
];

/** Whether it keeps what it is given. */
const keepingProblems = (found: Info): readonly RedisProblem[] => {
  const problems: RedisProblem[] = [];
  if (found.maxmemory_policy !== 'noeviction')
    problems.push(
      wrong(
        `Redis maxmemory-policy is "${found.maxmemory_policy}": when memory is full it drops delayed revocations and logs.`,
        'Set "maxmemory-policy noeviction".',
      ),
    );
  if (found.aof_enabled !== '1')
    problems.push(
      wrong(
        'Redis appendonly is "no": a crash loses what was decided since its last snapshot.',
        'Set "appendonly yes".',
      ),
    );
  else if (found.aof_last_write_status !== 'ok')
    problems.push(
      wrong(
        `Redis could not write its append-only file (status "${found.aof_last_write_status}").`,
        'Look whether its disk is full or read-only.',
      ),
    );
  if (found.appendfsync !== undefined && found.appendfsync !== 'always')
    problems.push(
      wrong(
        `Redis appendfsync is "${found.appendfsync}": a power cut loses up to ${found.appendfsync === 'no' ? 'many seconds' : 'a second'} of acknowledged decisions.`,
        'Set "appendfsync always" (about 1 ms for each decision).',
      ),
    );
  return problems;
};
