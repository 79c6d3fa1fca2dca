import type { RedisUser } from '#adapters/redis/acl.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { clockAhead, examineRedis } from '#adapters/redis/examine.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { type Check, sayCause } from './checks.ts';

/** Milliseconds that clocks may differ without a word: later than that, what is due is done late or early. */
export const apart = 2_000;

export const seconds = (milliseconds: number): string => `${(Math.abs(milliseconds) / 1_000).toFixed(1)} s`;

/** Where Redis is, without its password. */
export const sayAddress = (url: string): string => {
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname === '/' ? '' : pathname}`;
};

/** Looks at Redis as this user, and says how far its clock is ahead; undefined where it does not answer. */
export const checkRedisAt = (url: string, user: RedisUser): Check & { readonly ahead: Promise<number | undefined> } => {
  const { promise: ahead, resolve } = Promise.withResolvers<number | undefined>();
  const look: Check['look'] = async (onEnd) => {
    let lost: Error | undefined;
    const onLost = (cause: Error): void => {
      lost ??= cause;
    };
    const redis = connectRedis({ url, profile: 'commit', name: 'hallpass-doctor', onLost });
    onEnd(() => redis.disconnect());
    try {
      const milliseconds = await clockAhead(redis);
      resolve(milliseconds);
      return [...(await examineRedis(redis, user)), sayClock(milliseconds)];
    } catch (cause) {
      return [
        wrong(
          `There is no answer at ${sayAddress(url)} (${sayCause(lost ?? cause)}). Start it, or correct address, user and password in REDIS_URL.`,
        ),
      ];
    } finally {
      resolve(undefined);
    }
  };
  return { about: 'Redis', look, ahead };
};

const sayClock = (milliseconds: number): Finding =>
  Math.abs(milliseconds) > apart
    ? caution(
        `Its clock is ${seconds(milliseconds)} ${milliseconds > 0 ? 'ahead of' : 'behind'} this machine's. Let both keep time (NTP): steps are due by either.`,
      )
    : fine(`Its clock is this machine's, to ${seconds(milliseconds)}.`);
