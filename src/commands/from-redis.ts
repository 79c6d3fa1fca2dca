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

const usualRemedy = 'Start Redis, or correct address, user and password in REDIS_URL';

/** What is said between why and remedy, and what to do where Redis answers well enough. */
type Unread = { readonly left?: string; readonly remedy?: string };

/** That the log could not be read, why, and what to do. */
export const sayUnread = async (
  config: Config,
  cause: unknown,
  { left = '', remedy: otherwise = usualRemedy }: Unread = {},
): Promise<string> => {
  const found = await whyNoAnswer(redisAt(config)).catch(() => undefined);
  const why = found?.problem.replace(/\.$/, '') ?? sayCause(cause);
  const remedy = found?.remedy ?? `${otherwise}.`;
  const said = [`The log could not be read from ${sayRedis(config)} (${why}).`, left, remedy];
  return withoutSecrets(config, said.filter((one) => one !== '').join(' '));
};
