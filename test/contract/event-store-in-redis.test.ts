import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys } from '#adapters/redis/keys.ts';
import { ada, anId, at, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import type { EventStore } from '#use-cases/ports.ts';

let redis: TestRedis;
let connection: Redis;
let store: EventStore;
beforeAll(async () => {
  redis = await startTestRedis();
  connection = redis.connect();
  store = createRedisEventStore(connection, createRedisClock(connection));
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await connection.flushall();
});

const everything = async (): Promise<readonly string[]> => (await connection.keys('*')).sort();

/** The message of what a promise fails with, and how many milliseconds that took. */
const faultOf = async (promise: Promise<unknown>): Promise<{ message: string; after: number }> => {
  const started = performance.now();
  const message = await promise.then(
    () => 'no fault',
    (fault: unknown) => (fault instanceof Error ? `${fault.message}: ${String(fault.cause)}` : 'not an error'),
  );
  return { message, after: performance.now() - started };
};

describe('an append is all or nothing', () => {
  const filed = index({ status: 'active', dueAt: at(10), newsAt: at(5) });
  const wrong = (id: ReturnType<typeof anId>) => [
    keys.log(id),
    keys.due,
    keys.news,
    keys.unshown,
    keys.audit,
    keys.origin('form'),
    keys.status('pending'),
    keys.status('active'),
    keys.status('failed'),
    keys.person(ada),
    keys.pendingBy(ada),
  ];

  test.each(wrong(anId()).map((_, number) => number))('when key %i of it holds what is not ours', async (number) => {
    const id = anId();
    const key = wrong(id)[number] ?? '';
    await connection.hset(key, 'foreign', 'value');
    const { message } = await faultOf(store.append(id, 0, ['a', 'b'], filed, 'form'));
    expect(message).toContain(`"${key}" is a hash`);
    expect(await everything()).toEqual([key]);
  });

  test('writes lines, indices, origin and audit stream together', async () => {
    const id = anId();
    await store.append(id, 0, ['a', 'b'], filed, 'form');
    expect(await everything()).toEqual(
      [
        keys.log(id),
        keys.due,
        keys.news,
        keys.unanchored,
        keys.unshown,
        keys.audit,
        keys.origin('form'),
        keys.status('active'),
        keys.person(ada),
      ].sort(),
    );
    const [first, second] = await connection.xrange(keys.audit, '-', '+');
    expect(first?.[1]).toEqual(['request', id, 'version', '1', 'line', 'a']);
    expect(second?.[1]).toEqual(['request', id, 'version', '2', 'line', 'b']);
  });

  test('remembers an origin for a day', async () => {
    await store.append(anId(), 0, ['a'], filed, 'form');
    expect(await connection.ttl(keys.origin('form'))).toBeGreaterThan(86_390);
  });
});

describe('what comes back is read, not believed', () => {
  test('a log that is no list is a fault that names its key', async () => {
    const id = anId();
    await connection.set(keys.log(id), 'foreign');
    expect((await faultOf(store.read(id))).message).toContain('WRONGTYPE');
  });

  test('a member that is no request id is a fault that names the key and the member', async () => {
    await connection.zadd(keys.due, 1, 'not-an-id');
    const { message } = await faultOf(store.due(at(0), 10));
    expect(message).toContain(keys.due);
    expect(message).toContain('not-an-id');
  });

  test('an origin that leads to no request id is a fault that names its key', async () => {
    await connection.set(keys.origin('form'), 'nobody');
    expect((await faultOf(store.append(anId(), 0, ['a'], index(), 'form'))).message).toContain(keys.origin('form'));
  });
});

describe('when Redis fails', () => {
  test('everything acknowledged is there again after it was killed, and the connection comes back by itself', async () => {
    const ids = Array.from({ length: 200 }, anId);
    await Promise.all(ids.map((id) => store.append(id, 0, [`line of ${id}`], index({ dueAt: at(1) }), id)));
    const lostBefore = redis.lost();
    await redis.server.kill();
    const { message, after } = await faultOf(store.append(anId(), 0, ['a'], index()));
    expect(message).toContain('did not append');
    expect(after).toBeLessThan(2_500);
    await redis.server.start();
    const back = performance.now();
    await expect.poll(() => connection.status, { timeout: 3_000, interval: 20 }).toBe('ready');
    expect(performance.now() - back).toBeLessThan(2_000);
    for (const id of ids) expect(await store.read(id)).toEqual([`line of ${id}`]);
    expect(await store.due(at(1), 1_000)).toHaveLength(200);
    expect(redis.lost() - lostBefore).toBe(1);
    expect(await store.append(ids[0] ?? anId(), 1, ['next'], index())).toEqual({ type: 'appended' });
  });

  test('an append that hangs is a fault within two seconds, and is not done later', async () => {
    const id = anId();
    await store.append(id, 0, ['a'], index());
    const pid = redis.server.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    const hung = await faultOf(store.append(id, 1, ['not recorded'], index())).finally(() =>
      process.kill(pid, 'SIGCONT'),
    );
    expect(hung.message).toContain(`did not append to request ${id}`);
    expect(hung.after).toBeLessThan(2_500);
    await wait(500);
    await expect.poll(() => connection.status, { timeout: 3_000 }).toBe('ready');
    expect(await store.read(id)).toEqual(['a']);
  });

  test('an append while a Redis that hangs is being reconnected to is a fault within two seconds, and not done later', async () => {
    const id = anId();
    await store.append(id, 0, ['a'], index());
    const pid = redis.server.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    // Its socket answers, nobody else does: what is asked now waits in the queue of a connection that is being made.
    connection.disconnect(true);
    const hung = await faultOf(store.append(id, 1, ['not recorded'], index())).finally(() =>
      process.kill(pid, 'SIGCONT'),
    );
    expect(hung.after).toBeLessThan(2_500);
    await expect.poll(() => connection.status, { timeout: 5_000 }).toBe('ready');
    await wait(300);
    expect(await store.read(id)).toEqual(['a']);
  });
});
