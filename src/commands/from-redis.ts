import { sayAddress } from '#adapters/redis/address.ts';
import { whyNoAnswer } from '#adapters/redis/no-answer.ts';
import type { Config, Inspected } from '#src/config.ts';
import { redisFiles } from '#src/redis-at-start.ts';
import { redisAt, redisSettings } from '#src/redis-settings.ts';
import { sayCause } from './checks.ts';
import { problemsAbout } from './environment.ts';
import { withoutSecrets } from './secrets.ts';

/** What keeps a command that needs no other settings from asking Redis. */
export const redisUnset = (inspected: Inspected): readonly string[] => {
  const problems = problemsAbout(inspected, ...redisSettings);
  return problems.length > 0 ? problems : redisFiles(inspected.config);
};

/** Where the log is, as it is told to people. */
export const sayRedis = (config: Config): string => sayAddress(redisAt(config));

/** That the log could not be read, why, and what to do; `between` stands before the last. */
export const sayUnread = async (config: Config, cause: unknown, between = ''): Promise<string> => {
  const found = await whyNoAnswer(redisAt(config)).catch(() => undefined);
  const why = found?.problem.replace(/\.$/, '') ?? sayCause(cause);
  const remedy = found?.remedy ?? 'Start Redis, or correct address, user and password in REDIS_URL.';
  const said = `The log could not be read from ${sayRedis(config)} (${why}). ${between === '' ? '' : `${between} `}${remedy}`;
  return withoutSecrets(config, said);
};
