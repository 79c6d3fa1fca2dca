import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisContents } from '#adapters/redis/contents.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { createRedisRemovalStore } from '#adapters/redis/removal-store.ts';
import { createRedisSumming } from '#adapters/redis/summing.ts';
import { createRedisSeen } from '#adapters/redis/watching.ts';
import type { RequestId } from '#domain/ids.ts';
import { ada, anId, at, ben, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryCheckpointStore } from '#test/memory/checkpoint-store.ts';
import { createMemoryClock } from '#test/memory/clock.ts';
import { createMemoryEventStore } from '#test/memory/event-store.ts';
import { createMemoryRemovalStore } from '#test/memory/removal-store.ts';
import type { CheckpointStore } from '#use-cases/checkpoint-ports.ts';
import type { EventStore, RequestIndex } from '#use-cases/ports.ts';
import type { LogToRemove, RemovalStore } from '#use-cases/removal-ports.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

type Parts = { readonly logs: EventStore; readonly checkpoints: CheckpointStore; readonly removals: RemovalStore };
const stores: Record<string, () => Promise<Parts>> = {
  'in memory': async () => {
    const clock = createMemoryClock();
    const logs = createMemoryEventStore(clock);
    const checkpoints = createMemoryCheckpointStore(logs, clock);
    return { logs: checkpoints.watched, checkpoints, removals: createMemoryRemovalStore(logs, checkpoints) };
  },
  'in Redis': async () => {
    const connection = redis.connect();
    await connection.flushall();
    return {
      logs: createRedisEventStore(connection, createRedisClock(connection)),
      checkpoints: createRedisCheckpointStore(connection),
      removals: createRedisRemovalStore(connection),
    };
  },
};

const over = { status: 'denied' } as const;
const logOf = (id: RequestId, entries = 2, changed: Partial<LogToRemove> = {}): LogToRemove => ({
  id,
  entries,
  people: [ada],
  contents: [],
  held: [],
  ...changed,
});

describe.each(Object.entries(stores))('a store %s', (_, create) => {
  let parts: Parts;
  beforeEach(async () => {
    parts = await create();
  });
  const file = async (changed: Partial<RequestIndex> = over, isSettled = true): Promise<RequestId> => {
    const id = anId();
    await parts.logs.append(id, 0, ['a', 'b'], index(changed));
    if (!isSettled) return id;
    await parts.logs.markShown(id, 2);
    await parts.checkpoints.append(await parts.checkpoints.latest(), `covers ${id}`, [[id, 2]]);
    return id;
  };

  test('finds what was submitted before a moment, the first first, by pages', async () => {
    const ids: RequestId[] = [];
    for (const seconds of [3, 1, 4, 2]) ids[seconds] = await file({ ...over, submittedAt: at(seconds) });
    const { submittedBefore } = parts.removals;
    expect(await submittedBefore('denied', at(3), 10, 0)).toEqual(ids.slice(1, 4));
    expect(await submittedBefore('denied', at(3), 2, 0)).toEqual(ids.slice(1, 3));
    expect(await submittedBefore('denied', at(3), 2, 2)).toEqual(ids.slice(3, 4));
    expect(await submittedBefore('revoked', at(3), 10, 0)).toEqual([]);
  });

  test('removes a log that is as it was, once', async () => {
    const [id, other] = [await file(), await file()];
    expect(await parts.removals.isAwaited(id)).toBe(false);
    expect(await parts.removals.remove(logOf(id))).toBe('removed');
    expect(await parts.removals.remove(logOf(id))).toBe('gone');
    expect(await parts.logs.read(id)).toEqual([]);
    expect(await parts.logs.inStatus('denied', 10)).toEqual([other]);
    expect(await parts.logs.ofPerson(ada, 10)).toEqual([other]);
    expect((await Array.fromAsync(parts.checkpoints.lengths())).flat()).toContainEqual([other, 2]);
    expect((await parts.checkpoints.waiting(10)).map((one) => one.id)).toEqual([]);
  });

  test('lets nothing else be filed under the id of what was removed', async () => {
    const id = await file();
    await parts.removals.remove(logOf(id));
    expect(await parts.logs.append(id, 0, ['c'], index())).toEqual({ type: 'conflict' });
    expect(await parts.logs.read(id)).toEqual([]);
    expect(await parts.logs.append(anId(), 0, ['c'], index())).toEqual({ type: 'appended' });
  });

  test('removes one of twenty times that it is asked to', async () => {
    const id = await file();
    const all = await Promise.all(Array.from({ length: 20 }, () => parts.removals.remove(logOf(id))));
    expect(all.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'gone'), 'removed']);
  });

  test('removes none that has grown, or is shorter', async () => {
    const id = await file();
    expect(await parts.removals.remove(logOf(id, 3))).toBe('changed');
    await parts.logs.append(id, 2, ['c'], index(over));
    expect(await parts.removals.remove(logOf(id))).toBe('changed');
    expect(await parts.logs.read(id)).toEqual(['a', 'b', 'c']);
    expect(await parts.logs.inStatus('denied', 10)).toEqual([id]);
  });

  test.each<[string, Partial<RequestIndex>]>([
    ['to be done', { ...over, dueAt: at(1) }],
    ['to be told', { ...over, newsAt: at(1) }],
    ['to be reviewed', { ...over, toReview: true }],
  ])('removes none of which something is still %s', async (_, changed) => {
    const id = await file(changed);
    expect(await parts.removals.isAwaited(id)).toBe(true);
    expect(await parts.removals.remove(logOf(id))).toBe('awaited');
    expect(await parts.logs.read(id)).toEqual(['a', 'b']);
  });

  test('removes none that is still to be shown, or to be in a checkpoint', async () => {
    const id = await file(over, false);
    expect(await parts.removals.remove(logOf(id))).toBe('awaited');
    await parts.logs.markShown(id, 2);
    expect(await parts.removals.isAwaited(id)).toBe(true);
    expect(await parts.removals.remove(logOf(id))).toBe('awaited');
    await parts.checkpoints.append(undefined, 'covers it', [[id, 2]]);
    expect(await parts.removals.remove(logOf(id))).toBe('removed');
  });
});

describe('in Redis', () => {
  const digests = ['a'.repeat(64), 'b'.repeat(64)];
  const everything = async (id: RequestId): Promise<LogToRemove> => {
    const connection = redis.connect();
    const logs = createRedisEventStore(connection, createRedisClock(connection));
    const intake = createRedisIntake({ commit: connection, listen: redis.connect('listen') }, 'bot');
    const contents = createRedisContents(connection);
    await logs.append(id, 0, ['a'], index({ people: [ada, ben], atMost: 20, dueAt: at(1), newsAt: at(1) }));
    await logs.append(id, 1, ['b'], index({ ...over, people: [ada, ben] }));
    await logs.markShown(id, 2);
    await createRedisCheckpointStore(connection).append(undefined, 'covers it', [[id, 2]]);
    for (const digest of digests) await contents.keep(id, digest, 'a content');
    await createRedisProjectionStore(connection, 'slack').write(id, 0, '{}');
    await createRedisSumming(connection).keep(id, 'closed', 60);
    await createRedisSeen(connection).add({ grant: id, rule: 'exec' }, 'a command', at(1), 60_000);
    await intake.say(id, { where: 'there' });
    await intake.keep('fingerprint', id);
    return logOf(id, 2, { people: [ada, ben], contents: digests, held: ['fingerprint', 'another'] });
  };
  const keysWith = async (id: RequestId): Promise<readonly string[]> => {
    const connection = redis.connect();
    const all = await connection.keys('*');
    const found = await Promise.all(
      all.map(async (key) => {
        const type = await connection.type(key);
        const held = type === 'zset' ? await connection.zscore(key, id) : null;
        const said = type === 'string' ? await connection.get(key) : null;
        return key.includes(id) || held !== null || said === id;
      }),
    );
    return all.filter((_, index) => found[index]);
  };

  test('nothing of a request is left under its id, and nothing leads to it', async () => {
    await redis.connect().flushall();
    const id = anId();
    const log = await everything(id);
    expect((await keysWith(id)).length).toBeGreaterThan(9);
    expect(await createRedisRemovalStore(redis.connect()).remove(log)).toBe('removed');
    expect(await keysWith(id)).toEqual([]);
  });

  test('what a held write is known as by now stays', async () => {
    const connection = redis.connect();
    await connection.flushall();
    const [id, next] = [anId(), anId()];
    const log = await everything(id);
    await connection.set(keys.held('fingerprint'), next);
    expect(await createRedisRemovalStore(connection).remove(log)).toBe('removed');
    expect(await connection.get(keys.held('fingerprint'))).toBe(next);
  });

  test('where somebody else has written under one of the names nothing is removed', async () => {
    const connection = redis.connect();
    await connection.flushall();
    const id = anId();
    const log = await everything(id);
    await connection.set(keys.status('failed'), 'foreign');
    await expect(createRedisRemovalStore(connection).remove(log)).rejects.toThrow(
      /is a string, which Hallpass did not/,
    );
    expect(await connection.lrange(keys.log(id), 0, -1)).toEqual(['a', 'b']);
    expect(await connection.exists(keys.content(id, digests[0] ?? ''))).toBe(1);
  });

  test('the stream of all entries keeps what is from after a moment', async () => {
    const connection = redis.connect();
    await connection.flushall();
    for (const place of ['1000-0', '2000-0', '3000-0']) await connection.xadd(keys.audit, place, 'request', 'x');
    await createRedisRemovalStore(connection).trimStream(Temporal.Instant.fromEpochMilliseconds(2_000));
    expect((await connection.xrange(keys.audit, '-', '+')).map(([place]) => place)).toEqual(['2000-0', '3000-0']);
  });
});
