import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { redisAcl } from '#adapters/redis/acl.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createRedisSumming } from '#adapters/redis/summing.ts';
import { anId, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemorySumming } from '#test/memory/summing.ts';
import type { Summing } from '#use-cases/summing.ts';

/** What summaries are made from, and a watcher's hand. */
type Shared = {
  readonly summing: Omit<Summing, 'later' | 'isUnderWay' | 'rest'>;
  readonly watch: (cluster: string, at: Temporal.Instant) => Promise<void>;
};

let folder: string;
let redis: TestRedis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-summing-'));
  const file = join(folder, 'users.acl');
  const sha = (password: string): string => createHash('sha256').update(password).digest('hex');
  const users = {
    bot: sha('hallpass-bot'),
    worker: sha('hallpass-worker'),
    guard: sha('hallpass-guard'),
    watcher: sha('hallpass-watcher'),
  };
  writeFileSync(file, `${redisAcl(users)}user admin on #${sha('admin')} ~* &* +@all\n`);
  redis = await startTestRedis(file);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const as = (user: string): Redis => redis.connect('commit', `redis://${user}:${user}@127.0.0.1:${redis.server.port}`);

const inRedis = async (): Promise<Shared> => {
  await as('admin').flushall();
  const watcher = as('hallpass-watcher');
  return {
    summing: createRedisSumming(as('hallpass-worker')),
    watch: async (cluster, at) =>
      void (await watcher.set(keys.watching(cluster), String(at.epochMilliseconds), 'EX', 86_400)),
  };
};
const inMemory = async (): Promise<Shared> => {
  const summing = createMemorySumming();
  return { summing, watch: async (cluster, at) => void summing.watched.set(cluster, at) };
};

describe.each([
  ['in memory', inMemory],
  ['in Redis', inRedis],
] as const)('what summaries are made from, %s', (_, open) => {
  let shared: Shared;
  beforeEach(async () => {
    shared = await open();
  });

  test('is kept of each grant, the last of it, until it is forgotten', async () => {
    const { summing } = shared;
    const [id, other] = [anId(), anId()];
    expect(await summing.read(id)).toBeUndefined();
    await summing.keep(id, 'first', 60);
    await summing.keep(id, 'second', 60);
    await summing.keep(other, 'of another', 60);
    expect(await summing.read(id)).toBe('second');
    await summing.forget(id);
    await summing.forget(id);
    expect([await summing.read(id), await summing.read(other)]).toEqual([undefined, 'of another']);
  });

  test('tells of each cluster when audit events came last, or that none do', async () => {
    const { summing, watch } = shared;
    const at = Temporal.Instant.from('2026-11-20T12:00:00.123Z');
    await watch('prod', at);
    expect(await summing.lastAudit('prod')).toEqual(at);
    expect(await summing.lastAudit('test')).toBeUndefined();
  });
});

describe('in Redis', () => {
  test('what was kept goes by itself when its time is over', async () => {
    const { summing } = await inRedis();
    const id = anId();
    await summing.keep(id, 'closed', 90);
    expect(await as('admin').ttl(keys.scope(id))).toBeGreaterThan(80);
  });

  test('what no watcher has written there is a fault that names the key', async () => {
    const { summing } = await inRedis();
    for (const text of ['', 'soon', '-1', '1e3', '9'.repeat(16), '<script>']) {
      await as('admin').set(keys.watching('prod'), text);
      await expect(summing.lastAudit('prod')).rejects.toThrow('watching:prod');
    }
  });

  test('neither bot nor guard nor watcher reads what is kept', async () => {
    const { summing } = await inRedis();
    const id = anId();
    await summing.keep(id, 'closed', 90);
    for (const user of ['hallpass-bot', 'hallpass-guard', 'hallpass-watcher'])
      await expect(as(user).get(keys.scope(id))).rejects.toThrow(/NOPERM/);
  });
});
