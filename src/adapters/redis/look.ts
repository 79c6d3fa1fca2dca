import type { Redis } from 'ioredis';
import { few } from '#domain/text.ts';
import type { RedisUser } from './acl.ts';
import { credentialsOf, isHere, type RedisAddress, sayAddress, usesTls } from './address.ts';
import { checkRedis, type RedisProblem } from './health.ts';
import { isOpenToAll, whyNoAnswer } from './no-answer.ts';
import { refusedCommands } from './rights.ts';

/**
 * All that is not as it should be with this Redis for a process that starts, each with what to do. One that does not answer,
 * or answers no, is one `wrong` that says why. Never throws; some seconds at most.
 */
export const lookAtRedis = async (
  redis: Redis,
  address: RedisAddress,
  user: RedisUser,
): Promise<readonly RedisProblem[]> => {
  try {
    const found = await checkRedis(redis);
    // One that went away meanwhile is told of by its connection.
    const [rights, openings] = await Promise.all([lackingRights(redis, user).catch(() => []), openingsOf(address)]);
    return [...found, ...rights, ...openings];
  } catch (cause) {
    return [await noAnswer(address, cause)];
  }
};

/** Why there is no answer, or what the library makes of it where that cannot be told. */
export const noAnswer = async (address: RedisAddress, cause: unknown): Promise<RedisProblem> => {
  const why = await whyNoAnswer(address).catch(() => undefined);
  return why === undefined
    ? {
        type: 'wrong',
        problem: `There was no answer at ${sayAddress(address)} (${sayCause(cause)}), and there is one now.`,
        remedy: 'Try again; look whether Redis starts over and over.',
      }
    : { type: 'wrong', ...why };
};

const sayCause = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : `${cause.message}: ${sayCause(cause.cause)}`;
};

/** Commands that are named. */
const most = 5;

/** An answer of Redis begins with its code. */
const isOutOfMemory = (cause: unknown): boolean => cause instanceof Error && cause.message.startsWith('OOM ');

/** What Redis refuses its user. Throws when it does not answer. */
export const lackingRights = async (redis: Redis, user: RedisUser): Promise<readonly RedisProblem[]> => {
  const refused = await refusedCommands(redis, user).catch((cause: unknown) => {
    if (isOutOfMemory(cause)) return undefined;
    throw cause;
  });
  if (refused === undefined)
    return [
      {
        type: 'wrong',
        problem: 'Redis has no memory left, and takes nothing more in.',
        remedy: 'Give it more memory.',
      },
    ];
  if (refused.length === 0) return [];
  const named = refused.map(({ command, key }) => `${command} ${key.replace('doctor', '*')}`);
  return [
    {
      type: 'lacking',
      problem: `Redis refuses its user what the ${user} needs: ${few(named, most)}.`,
      remedy: `Give it the rights that manifests/redis/users.acl has for hallpass-${user}.`,
    },
  ];
};

const open = (problem: string, remedy: string): RedisProblem => ({ type: 'open', problem, remedy });

/** Who else may listen or come in. On one machine without users, as for a first try, nothing is said of it. */
export const openingsOf = async (address: RedisAddress): Promise<readonly RedisProblem[]> => {
  const { username, password } = credentialsOf(address);
  const isAnybody = username === undefined && password === undefined;
  return [
    ...plainOf(address),
    ...(isAnybody && !isHere(address)
      ? [
          open(
            'REDIS_URL has neither user nor password: whoever reaches Redis may do what Hallpass may.',
            'Give it the users of manifests/redis/users.acl (`hallpass redis users` writes them).',
          ),
        ]
      : []),
    ...(!isAnybody && (await isOpenToAll(address).catch(() => false))
      ? [
          open(
            'Redis lets everybody in without a password: its user "default" is on.',
            'Turn it off ("user default off", as in manifests/redis/users.acl).',
          ),
        ]
      : []),
  ];
};

const plainOf = (address: RedisAddress): readonly RedisProblem[] =>
  usesTls(address) || isHere(address)
    ? []
    : [
        open(
          `REDIS_URL is without TLS and leads to another machine, ${sayAddress(address)}: passwords and decisions can be listened to on the way.`,
          'Write rediss://, and give Redis a TLS port.',
        ),
      ];
