import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noPassword, redisAcl } from '#adapters/redis/acl.ts';
import { createRedisAgreedStates, createRedisLeaving } from '#adapters/redis/agreed-states.ts';
import { keys } from '#adapters/redis/keys.ts';
import { startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryAgreedStates } from '#test/memory/agreed-states.ts';
import type { AgreedStates } from '#use-cases/drift-ports.ts';

let folder: string;
let redis: TestRedis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-agreed-'));
  const file = join(folder, 'users.acl');
  const sha = (password: string): string => createHash('sha256').update(password).digest('hex');
  const admin = `user admin on #${sha('admin')} ~* &* +@all\n`;
  const users = {
    bot: sha('hallpass-bot'),
    worker: sha('hallpass-worker'),
    guard: sha('hallpass-guard'),
    watcher: noPassword,
  };
  writeFileSync(file, redisAcl(users) + admin);
  redis = await startTestRedis(file);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const as = (user: string): Redis => redis.connect('commit', `redis://${user}:${user}@127.0.0.1:${redis.server.port}`);
const inRedis = async (): Promise<AgreedStates> => {
  await as('admin').flushall();
  return createRedisAgreedStates(as('hallpass-worker'));
};

const ways: Record<string, () => Promise<AgreedStates>> = {
  'in memory': async () => createMemoryAgreedStates(),
  'in Redis, as the user of the worker': inRedis,
};
const place = { cluster: 'prod', namespace: 'shop', profile: 'ingresses' };

describe.each(Object.entries(ways))('what was agreed to, %s', (_, create) => {
  let agreed: AgreedStates;
  beforeEach(async () => {
    agreed = await create();
  });
  const all = async (of = place) => Object.fromEntries(await agreed.all(of));

  test('is nothing where nobody has looked', async () => {
    expect(await all()).toEqual({});
    await agreed.forget(place);
  });

  test('is replaced and taken away, all at once, whatever characters are in it', async () => {
    await agreed.put(place, { shop: 'ü ✓ \u2028', '/': 'w', '/told/shop': 't' });
    await agreed.put(place, { shop: 'other', '/told/shop': undefined, '/never': undefined });
    expect(await all()).toEqual({ shop: 'other', '/': 'w' });
    await agreed.put(place, {});
    expect(await all()).toEqual({ shop: 'other', '/': 'w' });
  });

  test('is of each place by itself', async () => {
    await agreed.put(place, { shop: '1' });
    for (const other of [{ cluster: 'dev' }, { namespace: 'pay' }, { profile: 'roles' }])
      expect(await all({ ...place, ...other })).toEqual({});
    await agreed.put({ ...place, namespace: 'pay' }, { shop: '2' });
    await agreed.forget(place);
    expect(await all()).toEqual({});
    expect(await all({ ...place, namespace: 'pay' })).toEqual({ shop: '2' });
  });

  test('is claimed by one of many, and only as long as it is what it was', async () => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, number) => agreed.claim(place, '/told/shop', undefined, `by ${number}`)),
    );
    expect(claims.filter((isMine) => isMine)).toHaveLength(1);
    const won = `by ${claims.indexOf(true)}`;
    expect(await all()).toEqual({ '/told/shop': won });
    expect(await agreed.claim(place, '/told/shop', 'something else', 'mine')).toBe(false);
    expect(await agreed.claim(place, '/told/shop', won, 'mine')).toBe(true);
    expect(await all()).toEqual({ '/told/shop': 'mine' });
  });
});

test('in Redis nobody but a worker writes it', async () => {
  await inRedis();
  for (const user of ['hallpass-bot', 'hallpass-guard']) {
    const agreed = createRedisAgreedStates(as(user));
    await expect(agreed.put(place, { shop: 'x' })).rejects.toThrow('Redis did not write');
    await expect(agreed.all(place)).rejects.toThrow('Redis did not read');
  }
});

test('a key that Hallpass did not write is said by its name', async () => {
  const agreed = await inRedis();
  await as('admin').set(keys.agreed(place), 'x');
  await expect(agreed.all(place)).rejects.toThrow(keys.agreed(place));
});

test('a worker leaves for the bot what it has found, as far as there is room beside what guards leave', async () => {
  await inRedis();
  const admin = as('admin');
  const leave = createRedisLeaving(as('hallpass-worker'));
  for (let left = 0; left < 150; left += 1) await leave(`entry ${left}`);
  expect(await admin.xlen(keys.intake)).toBe(150);
  await expect(leave('one more')).rejects.toThrow('no room');
  await expect(leave('x'.repeat(120_001))).rejects.toThrow('too long');
  expect(await admin.xlen(keys.intake)).toBe(150);
});
