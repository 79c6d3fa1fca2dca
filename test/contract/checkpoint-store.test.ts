import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys } from '#adapters/redis/keys.ts';
import { anId, at, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryCheckpointStore } from '#test/memory/checkpoint-store.ts';
import { createMemoryClock } from '#test/memory/clock.ts';
import { createMemoryEventStore } from '#test/memory/event-store.ts';
import type { CheckpointStore } from '#use-cases/checkpoint-ports.ts';
import type { EventStore } from '#use-cases/ports.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

type Both = { readonly logs: EventStore; readonly checkpoints: CheckpointStore };
const stores: Record<string, () => Promise<Both>> = {
  'in memory': async () => {
    const clock = createMemoryClock();
    const checkpoints = createMemoryCheckpointStore(createMemoryEventStore(clock), clock);
    return { logs: checkpoints.watched, checkpoints };
  },
  'in Redis': async () => {
    const connection = redis.connect();
    await connection.flushall();
    return {
      logs: createRedisEventStore(connection, createRedisClock(connection)),
      checkpoints: createRedisCheckpointStore(connection),
    };
  },
};

describe.each(Object.entries(stores))('a store of checkpoints %s', (_, create) => {
  let both: Both;
  beforeEach(async () => {
    both = await create();
  });
  const waiting = async (limit = 100, skip = 0) => (await both.checkpoints.waiting(limit, skip)).map(({ id }) => id);

  test('begins with nothing', async () => {
    expect(await both.checkpoints.latest()).toBeUndefined();
    expect(await both.checkpoints.count()).toBe(0);
    expect(await both.checkpoints.lines(0, 10)).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  test('knows each request that was appended to, once, until a checkpoint covers all of it', async () => {
    const [one, other] = [anId(), anId()];
    await both.logs.append(one, 0, ['a'], index());
    await both.logs.append(other, 0, ['a'], index());
    await both.logs.append(one, 1, ['b'], index());
    expect(new Set(await waiting())).toEqual(new Set([one, other]));
    expect(await waiting(1, 1)).toHaveLength(1);
    expect(
      await both.checkpoints.append(undefined, 'first', [
        [one, 2],
        [other, 1],
      ]),
    ).toBe(true);
    expect(await waiting()).toEqual([]);
    await both.logs.append(other, 1, ['b', 'c'], index());
    // What came between the look and the checkpoint is not covered by it.
    expect(await both.checkpoints.append('first', 'second', [[other, 2]])).toBe(true);
    expect(await waiting()).toEqual([other]);
    expect(await both.checkpoints.lines(0, 10)).toEqual(['first', 'second']);
    expect(await both.checkpoints.lines(1, 1)).toEqual(['second']);
    expect(await both.checkpoints.latest()).toBe('second');
    expect(await both.checkpoints.count()).toBe(2);
  });

  test('takes one of twenty that come behind the same one', async () => {
    await both.checkpoints.append(undefined, 'first', []);
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, number) => both.checkpoints.append('first', `another ${number}`, [])),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await both.checkpoints.append(undefined, 'anew', [])).toBe(false);
    expect(await both.checkpoints.latest()).toBe(`another ${taken.indexOf(true)}`);
  });

  test('counts every log, and lets what is marked wait, from when it waits first', async () => {
    const [one, other] = [anId(), anId()];
    await both.logs.append(one, 0, ['a', 'b'], index());
    await both.logs.append(other, 0, ['a'], index({ status: 'denied' }));
    const lengths = (await Array.fromAsync(both.checkpoints.lengths())).flat();
    expect(new Map(lengths)).toEqual(
      new Map([
        [one, 2],
        [other, 1],
      ]),
    );
    await both.checkpoints.append(undefined, 'first', [
      [one, 2],
      [other, 1],
    ]);
    await both.checkpoints.mark([one], at(5));
    await both.checkpoints.mark([one], at(9));
    await both.checkpoints.mark([], at(9));
    expect(await both.checkpoints.waiting(10)).toEqual([{ id: one, since: at(5) }]);
  });
});

test.each(['inf', '-inf', '1e300'])(
  'a score of %s that somebody wrote into Redis keeps no log from its checkpoint',
  async (score) => {
    const connection = redis.connect();
    await connection.flushall();
    const [theirs, ours] = [anId(), anId()];
    const store = createRedisCheckpointStore(connection);
    await store.mark([ours], at(5));
    await connection.zadd(keys.unanchored, score, theirs);
    expect(new Set((await store.waiting(10)).map(({ id }) => id))).toEqual(new Set([theirs, ours]));
  },
);
