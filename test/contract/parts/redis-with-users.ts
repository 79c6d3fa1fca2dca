import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys, type Keys } from '#adapters/keys/keys.ts';
import { redisAcl } from '#adapters/redis/acl.ts';
import { startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';

/** Of each of Hallpass's users. */
export const password = 'a-password-of-the-bot';

export type RedisWithUsers = TestRedis & {
  /** For files of the test; it is removed with the server. */
  readonly folder: string;
  readonly aclFile: string;
  /** Redis's administrator, who may do anything. */
  readonly admin: Redis;
  readonly urlOf: (user: 'bot' | 'worker') => string;
};

/** A Redis with the users that an installation has. */
export const startRedisWithUsers = async (): Promise<RedisWithUsers> => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-redis-'));
  const hash = createHash('sha256').update(password).digest('hex');
  const aclFile = join(folder, 'users.acl');
  writeFileSync(
    aclFile,
    `${redisAcl({ bot: hash, worker: hash, guard: hash, watcher: hash })}user admin on nopass ~* &* +@all\n`,
  );
  const redis = await startTestRedis(aclFile);
  const at = `127.0.0.1:${redis.server.port}`;
  return {
    ...redis,
    folder,
    aclFile,
    admin: redis.connect('commit', `redis://admin:any@${at}`),
    urlOf: (user) => `redis://hallpass-${user}:${password}@${at}`,
    stop: async () => {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Makes the keys of an installation in a folder that is not there yet. */
export const makeKeys = (folder: string): Keys => {
  const made = generateKeys(folder);
  if (!made.ok) throw new Error(made.error.join('\n'));
  const loaded = createKeys(folder);
  if (!loaded.ok) throw new Error(loaded.error.join('\n'));
  return loaded.value;
};
