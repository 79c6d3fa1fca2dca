import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { anId, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const stores: Record<string, () => ProjectionStore> = {
  'in memory': createMemoryProjectionStore,
  'in Redis': () => create(),
};

describe.each(Object.entries(stores))('a projection store %s', (_, create) => {
  test('keeps the latest value and counts its versions from one', async () => {
    const [store, id] = [create(), anId()];
    expect(await store.read(id)).toBeUndefined();
    expect(await store.write(id, 0, 'one')).toBe(true);
    expect(await store.read(id)).toEqual({ version: 1, value: 'one' });
    expect(await store.write(id, 1, '')).toBe(true);
    expect(await store.read(id)).toEqual({ version: 2, value: '' });
  });

  test('refuses a write over a version that is not the latest', async () => {
    const [store, id] = [create(), anId()];
    expect(await store.write(id, 1, 'too early')).toBe(false);
    const writes = await Promise.all(Array.from({ length: 20 }, (_, number) => store.write(id, 0, String(number))));
    expect(writes.filter(Boolean)).toHaveLength(1);
    expect((await store.read(id))?.value).toBe(String(writes.indexOf(true)));
  });

  test('lets one of many work on a request, and others on other requests', async () => {
    const [store, id] = [create(), anId()];
    const finish = Promise.withResolvers<void>();
    const first = store.exclusively(id, () => finish.promise);
    await wait(20);
    expect(await store.exclusively(id, () => Promise.reject(new Error('ran beside')))).toBe(false);
    expect(await store.exclusively(anId(), async () => {})).toBe(true);
    finish.resolve();
    expect(await first).toBe(true);
    expect(await store.exclusively(id, async () => {})).toBe(true);
  });

  test('lets go when the work fails, and passes its fault on', async () => {
    const [store, id] = [create(), anId()];
    await expect(store.exclusively(id, () => Promise.reject(new Error('the work')))).rejects.toThrow('the work');
    expect(await store.exclusively(id, async () => {})).toBe(true);
  });
});

describe('a lock in Redis', () => {
  test('is held for as long as the work runs', { timeout: 20_000 }, async () => {
    const [store, id] = [create(), anId()];
    const working = store.exclusively(id, () => wait(9_500));
    await wait(9_000);
    expect(await store.exclusively(id, async () => {})).toBe(false);
    expect(await working).toBe(true);
  });

  test('falls within ten seconds after its holder was killed', { timeout: 30_000 }, async () => {
    const [store, id] = [create(), anId()];
    const script = new URL('parts/lock-holder.ts', import.meta.url).pathname;
    const holder = spawn(process.execPath, [script, redis.server.url, id], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    expect(await store.exclusively(id, async () => {})).toBe(false);
    holder.kill('SIGKILL');
    const killed = performance.now();
    await expect.poll(() => store.exclusively(id, async () => {}), { timeout: 12_000, interval: 100 }).toBe(true);
    expect(performance.now() - killed).toBeLessThan(10_000);
  });

  test('is released only by who holds it', async () => {
    const [store, id, raw] = [create(), anId(), redis.connect()];
    await store.exclusively(id, async () => {
      await raw.set(keys.lock('cards', id), 'somebody else');
    });
    expect(await raw.get(keys.lock('cards', id))).toBe('somebody else');
  });

  test('a version that is no number is a fault that names its key', async () => {
    const [store, id] = [create(), anId()];
    await redis.connect().hset(keys.view('cards', id), 'version', 'many', 'value', '');
    await expect(store.read(id)).rejects.toThrow(keys.view('cards', id));
  });

  test('two projections keep their notes apart', async () => {
    const id = anId();
    await create().write(id, 0, 'cards');
    expect(await createRedisProjectionStore(redis.connect(), 'home').read(id)).toBeUndefined();
  });
});

const create = (): ProjectionStore => createRedisProjectionStore(redis.connect(), 'cards');
