import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { ProjectionStore } from '#use-cases/ports.ts';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';
import { defineScript, type Script } from './script.ts';

const kept = z.union([
  z.tuple([z.null(), z.null()]),
  z.tuple([
    z
      .string()
      .regex(/^[1-9]\d*$/, 'not a version')
      .transform(Number),
    z.string(),
  ]),
]);
const answered = z.union([z.literal(0), z.literal(1)]).transform((answer) => answer === 1);

/** KEYS: view. ARGV: expected version, value. */
const writeScript = `
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', version + 1, 'value', ARGV[2])
return 1
`;
/** KEYS: lock. ARGV: token, milliseconds. */
const renewScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;
/** KEYS: lock. ARGV: token. */
const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/** Milliseconds that a lock outlives its last renewal. */
const lockFor = 8_000;
const renewEvery = 2_000;

/**
 * Keeps one projection's notes in Redis, under the projection's name; versions count from 1. The lock is advisory: work
 * that was cut off from Redis for longer than it lasts is not stopped, which is why `write` compares versions as well.
 */
export const createRedisProjectionStore = (redis: Redis, projection: string): ProjectionStore => {
  const runWrite = defineScript(redis, 'hallpassWriteView', writeScript);
  const renew = defineScript(redis, 'hallpassRenewLock', renewScript);
  const release = defineScript(redis, 'hallpassReleaseLock', releaseScript);

  return {
    read: async (id) => {
      const key = keys.view(projection, id);
      const [version, value] = readAs(kept, key, await asking(`read "${key}"`, redis.hmget(key, 'version', 'value')));
      return version === null ? undefined : { version, value };
    },
    write: async (id, expectedVersion, value) => {
      const key = keys.view(projection, id);
      return readAs(answered, key, await asking(`write "${key}"`, runWrite([key], [expectedVersion, value])));
    },
    exclusively: async (id, work) => {
      const key = keys.lock(projection, id);
      const token = randomUUID();
      const got = await asking(`take "${key}"`, redis.set(key, token, 'PX', lockFor, 'NX'));
      if (got === null) return false;
      const stopRenewing = keepRenewing(renew, key, token);
      try {
        await work();
      } finally {
        stopRenewing();
        // What cannot be released now falls by itself; it must not hide how the work went.
        await release([key], [token]).catch(() => 0);
      }
      return true;
    },
  };
};

const keepRenewing = (renew: Script, key: string, token: string): (() => void) => {
  const timer = setInterval(() => void renew([key], [token, lockFor]).catch(() => 0), renewEvery);
  timer.unref();
  return () => clearInterval(timer);
};
