import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import type { Clock } from '#use-cases/ports.ts';

let redis: TestRedis;
beforeEach(async () => {
  redis = await startTestRedis();
});
afterEach(() => redis.stop());

const realNow = Date.now.bind(Date);
/** Milliseconds that a clock is wrong beyond what its own look may cost it: half of the time that the look took. */
const wrongBy = async ({ now }: Clock): Promise<number> => {
  const before = realNow();
  const said = (await now()).epochMilliseconds;
  const after = realNow();
  return Math.max(before - said, said - after, 0) - (after - before) / 2;
};

test('the clock says the time of Redis, whatever the date of this machine is', async () => {
  const clock = createRedisClock(redis.connect());
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + 3_600_000);
  expect(await wrongBy(clock)).toBeLessThan(50);
  ahead.mockRestore();
});

test('the clock goes on between measurements without asking, and never stands', async () => {
  const connection = redis.connect();
  const clock = createRedisClock(connection);
  await clock.now();
  const time = vi.spyOn(connection, 'time');
  const before = await clock.now();
  await wait(60);
  const passed = (await clock.now()).since(before).total('milliseconds');
  expect(passed).toBeGreaterThanOrEqual(59);
  expect(passed).toBeLessThan(120);
  for (let asked = 0; asked < 1_000; asked += 1) await clock.now();
  expect(time).not.toHaveBeenCalled();
});

test('a hundred simultaneous looks make one measurement', async () => {
  const connection = redis.connect();
  const time = vi.spyOn(connection, 'time');
  const clock = createRedisClock(connection);
  await Promise.all(Array.from({ length: 100 }, () => clock.now()));
  expect(time).toHaveBeenCalledTimes(1);
});

test('without Redis the clock says the time of the fallback', async () => {
  const clock = createRedisClock(redis.connect(), {
    remeasureAfter: 10,
    fallback: async () => Temporal.Instant.from('2030-01-01T00:00:00Z'),
  });
  expect(await wrongBy(clock)).toBeLessThan(100);
  await redis.server.kill();
  await wait(50);
  expect((await clock.now()).toString()).toMatch(/^2030-01-01T00:00:0/);
  await redis.server.start();
  await expect.poll(() => wrongBy(clock), { timeout: 5_000 }).toBeLessThan(100);
});

test('without Redis and fallback the clock carries its last measurement on', async () => {
  const clock = createRedisClock(redis.connect(), {
    remeasureAfter: 10,
    fallback: () => Promise.reject(new Error('away')),
  });
  await clock.now();
  await redis.server.kill();
  await wait(300);
  expect(await wrongBy(clock)).toBeLessThan(100);
});

test('a clock that could never measure says so instead of guessing', async () => {
  const connection = redis.connect();
  await redis.server.kill();
  await expect(createRedisClock(connection).now()).rejects.toThrow('neither Redis nor the API server');
});

test('a Redis that hangs holds the clock up for half a second once, not each time', async () => {
  const clock = createRedisClock(redis.connect(), { remeasureAfter: 10 });
  await clock.now();
  await wait(20);
  const pid = redis.server.pid() ?? 0;
  process.kill(pid, 'SIGSTOP');
  const started = performance.now();
  for (let asked = 0; asked < 20; asked += 1) await clock.now();
  process.kill(pid, 'SIGCONT');
  expect(performance.now() - started).toBeLessThan(800);
});
