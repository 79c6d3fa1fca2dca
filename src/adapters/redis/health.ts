import type { Redis } from 'ioredis';
import { z } from 'zod';
import { asking, readAs } from './faults.ts';

export type RedisProblem = {
  /** `wrong`: requests or revocations can be lost. `slow`: they are only later than they need be. */
  readonly type: 'wrong' | 'slow';
  readonly problem: string;
  readonly remedy: string;
};

const info = z.looseObject({
  maxmemory_policy: z.string(),
  aof_enabled: z.enum(['0', '1']),
  aof_last_write_status: z.string(),
  configured_hz: z.coerce.number(),
  role: z.string(),
});
type Info = z.infer<typeof info> & { readonly appendfsync?: string | undefined };

/** The fields of Redis' INFO: `name:value` lines under `# Section` heads. */
export const parseInfo = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));

/**
 * Looks whether this Redis keeps what it is given: how it evicts, whether it writes to disk, and how often.
 * INFO is enough for all but `appendfsync`, which is looked at only where an ACL allows CONFIG GET.
 */
export const checkRedis = async (redis: Redis): Promise<readonly RedisProblem[]> => {
  const fields = readAs(info, 'INFO', parseInfo(await asking('say its INFO', redis.info())));
  return problemsOf({ ...fields, appendfsync: await readAppendfsync(redis) });
};

const readAppendfsync = async (redis: Redis): Promise<string | undefined> => {
  try {
    const answer: unknown = await redis.config('GET', 'appendfsync');
    return z.tuple([z.literal('appendfsync'), z.string()]).safeParse(answer).data?.[1];
  } catch {
    return undefined;
  }
};

const problemsOf = (found: Info): readonly RedisProblem[] => {
  const problems: RedisProblem[] = [];
  const wrong = (problem: string, remedy: string) => problems.push({ type: 'wrong', problem, remedy });
  if (found.maxmemory_policy !== 'noeviction') {
    const why = 'when memory is full it drops delayed revocations and logs';
    wrong(`Redis maxmemory-policy is "${found.maxmemory_policy}": ${why}.`, 'Set "maxmemory-policy noeviction".');
  }
  if (found.aof_enabled !== '1') {
    wrong('Redis appendonly is "no": a crash loses what was decided since its last snapshot.', 'Set "appendonly yes".');
  } else if (found.aof_last_write_status !== 'ok') {
    wrong(
      `Redis could not write its append-only file (status "${found.aof_last_write_status}").`,
      'Look whether its disk is full or read-only.',
    );
  }
  if (found.appendfsync !== undefined && found.appendfsync !== 'always') {
    const loss = found.appendfsync === 'no' ? 'many seconds' : 'a second';
    wrong(
      `Redis appendfsync is "${found.appendfsync}": a power cut loses up to ${loss} of acknowledged decisions.`,
      'Set "appendfsync always" (about 1 ms for each decision).',
    );
  }
  if (found.role !== 'master') {
    wrong(`Redis is a ${found.role}: it takes no writes.`, 'Let the address point to the primary.');
  }
  if (found.configured_hz < 50) {
    problems.push({
      type: 'slow',
      problem: `Redis hz is ${found.configured_hz}: revocations are about 50 ms late instead of 10.`,
      remedy: 'Set "hz 100".',
    });
  }
  return problems;
};
