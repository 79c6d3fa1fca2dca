import { usesTls } from '#adapters/redis/address.ts';
import type { connectRedis } from '#adapters/redis/connection.ts';
import type { RedisProblem } from '#adapters/redis/health.ts';
import { lookAtRedis } from '#adapters/redis/look.ts';
import { readTls } from '#adapters/redis/tls.ts';
import type { Author } from '#domain/request/events.ts';
import type { Alarm } from '#use-cases/ports.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { redisAt } from './redis-settings.ts';

/** What is wrong with the files that prove Redis and us to each other: nobody starts without. */
export const redisFiles = (config: Config): readonly string[] => {
  const address = redisAt(config);
  const read = usesTls(address) ? readTls(address.tls) : undefined;
  return read === undefined || read.ok ? [] : read.error;
};

const say = ({ problem, remedy }: RedisProblem): string => `${problem} ${remedy}`;

/**
 * Looks at Redis at a start, and answers why this author cannot do with it. That is said to a bot alone, which could decide
 * nothing. The others log what they find and go on: a worker ends what is overdue in a cluster all the same, a guard says no
 * with a reason, and a watcher has events sent again.
 */
export const redisProblems = async (
  config: Config,
  redis: ReturnType<typeof connectRedis>,
  author: Author,
  { info, error, alarm }: { readonly info: Log; readonly error: Log; readonly alarm: Alarm },
): Promise<readonly string[]> => {
  const found = await lookAtRedis(redis, redisAt(config), author);
  // Whoever was ended meanwhile has nothing to say of it.
  if (redis.status === 'end') return [];
  for (const one of found)
    switch (one.type) {
      case 'wrong':
        if (author !== 'bot') error(otherwise[author], { problem: say(one) });
        break;
      case 'lacking':
        alarm('Redis refuses a process what it needs', { process: author, problem: say(one) });
        break;
      case 'open':
        error('Redis is more open than it should be', { problem: say(one) });
        break;
      case 'slow':
        info('Redis could be faster', { problem: one.problem, remedy: one.remedy });
        break;
    }
  return author === 'bot' ? found.filter(({ type }) => type === 'wrong').map((one) => `Redis: ${say(one)}`) : [];
};

const otherwise = {
  worker: 'Redis does not answer, or may lose what it is given; grants are ended by what the clusters say too',
  guard: 'Redis does not answer, or may lose what it is given; without it writes to protected objects are refused',
  watcher: 'Redis does not answer, or may lose what it is given; without it audit events are sent again later',
} as const;
