import type { Redis } from 'ioredis';
import type { RedisUser } from '#adapters/redis/acl.ts';
import { type RedisAddress, usesTls } from '#adapters/redis/address.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { clockAhead, examineRedis } from '#adapters/redis/examine.ts';
import { noAnswer } from '#adapters/redis/look.ts';
import { readTls } from '#adapters/redis/tls.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { ok } from '#domain/result.ts';
import type { Check } from './checks.ts';

/** Milliseconds that clocks may differ without a word: later than that, what is due is done late or early. */
export const apart = 2_000;

export const seconds = (milliseconds: number): string => `${(Math.abs(milliseconds) / 1_000).toFixed(1)} s`;

/** Looks at Redis as this user, and says how far its clock is ahead; undefined where it does not answer. */
export const checkRedisAt = (
  address: RedisAddress,
  user: RedisUser,
): Check & { readonly ahead: Promise<number | undefined> } => {
  const { promise: ahead, resolve } = Promise.withResolvers<number | undefined>();
  const look: Check['look'] = async (onEnd) => {
    const files = usesTls(address) ? readTls(address.tls) : ok(undefined);
    if (!files.ok) {
      resolve(undefined);
      return files.error.map(wrong);
    }
    let lost: Error | undefined;
    const onLost = (cause: Error): void => {
      lost ??= cause;
    };
    const redis = connectRedis({ ...address, profile: 'commit', name: 'hallpass-doctor', onLost });
    onEnd(() => redis.disconnect());
    try {
      const milliseconds = await clockAhead(redis);
      resolve(milliseconds);
      const where = address.sentinels === undefined ? [] : [sayPrimary(redis)];
      return [...where, ...(await examineRedis(redis, address, user)), sayClock(milliseconds)];
    } catch (cause) {
      const { problem, remedy } = await noAnswer(address, lost ?? cause);
      return [wrong(`${problem} ${remedy}`)];
    } finally {
      resolve(undefined);
    }
  };
  return { about: 'Redis', look, ahead };
};

const sayPrimary = ({ stream }: Redis): Finding =>
  fine(
    `The Sentinels lead to ${'remoteAddress' in stream ? `${stream.remoteAddress}:${stream.remotePort}` : 'it'}; host and port of REDIS_URL are not used.`,
  );

const sayClock = (milliseconds: number): Finding =>
  Math.abs(milliseconds) > apart
    ? caution(
        `Its clock is ${seconds(milliseconds)} ${milliseconds > 0 ? 'ahead of' : 'behind'} this machine's. Let both keep time (NTP): steps are due by either.`,
      )
    : fine(`Its clock is this machine's, to ${seconds(milliseconds)}.`);
