import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import type { Payload, QueueName } from '#adapters/bullmq/queues.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { anId, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryJobs } from '#test/memory/jobs.ts';
import type { Clock, Jobs } from '#use-cases/ports.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** Jobs, and all that were handed to consumers of a queue so far, in the order in which they were. */
type Harness = {
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly consume: (queue: QueueName) => Promise<readonly Payload[]>;
  readonly close: () => Promise<void>;
};

const inMemory = async (): Promise<Harness> => {
  const jobs = createMemoryJobs();
  const clock = createRedisClock(redis.connect());
  const taken: Record<QueueName, Payload[]> = { cluster: [], slack: [] };
  const timer = setInterval(() => void take(), 5);
  const take = async (): Promise<void> => {
    const now = await clock.now();
    for (const queue of ['cluster', 'slack'] as const) {
      taken[queue].push(...jobs.take(queue, now).map(({ at: _, ...payload }) => payload));
    }
  };
  return { jobs, clock, consume: async (queue) => taken[queue], close: async () => clearInterval(timer) };
};

const inBullmq = async (): Promise<Harness> => {
  const connection = redis.connect();
  await connection.flushall();
  const jobs = createJobs(connection);
  const closing = [jobs.close];
  return {
    jobs,
    clock: createRedisClock(connection),
    consume: async (queue) => {
      const taken: Payload[] = [];
      const handler = async (payload: Payload) => {
        taken.push(payload);
        return { type: 'done' as const };
      };
      const options = { queue, connection: redis.connect('consume'), concurrency: 4, handler, onFault: () => {} };
      const worker = createStepWorker(options);
      closing.unshift(worker.close);
      await worker.ready();
      return taken;
    },
    close: async () => {
      for (const close of closing) await close();
    },
  };
};

describe.each([
  ['in memory', inMemory],
  ['in BullMQ', inBullmq],
])('jobs %s', (_, create) => {
  const within = async (work: (harness: Harness) => Promise<void>): Promise<void> => {
    const harness = await create();
    await work(harness).finally(harness.close);
  };

  test('come to a worker when they are due, and not before', () =>
    within(async ({ jobs, clock, consume }) => {
      const taken = await consume('cluster');
      const [id, now] = [anId(), await clock.now()];
      await jobs.schedule(id, 3, { do: 'end', at: now.add({ milliseconds: 400 }) }, now);
      await wait(300);
      expect(taken).toEqual([]);
      await expect.poll(() => taken, { timeout: 300, interval: 5 }).toEqual([{ id, version: 3, do: 'end' }]);
    }));

  test('that are overdue come at once', () =>
    within(async ({ jobs, clock, consume }) => {
      const taken = await consume('cluster');
      const [id, now] = [anId(), await clock.now()];
      await jobs.schedule(id, 2, { do: 'apply', at: now.subtract({ hours: 1 }) }, now);
      await expect.poll(() => taken, { timeout: 300, interval: 5 }).toEqual([{ id, version: 2, do: 'apply' }]);
    }));

  test('asked for many times come once; of another version, again', () =>
    within(async ({ jobs, clock, consume }) => {
      const [id, now] = [anId(), await clock.now()];
      const step = { do: 'end', at: now.add({ milliseconds: 200 }) } as const;
      await Promise.all(Array.from({ length: 50 }, () => jobs.schedule(id, 3, step, now)));
      await jobs.schedule(id, 4, step, now);
      const taken = await consume('cluster');
      await expect.poll(() => taken.length, { timeout: 2_000 }).toBe(2);
      await wait(200);
      expect(taken.map(({ version }) => version).sort()).toEqual([3, 4]);
    }));

  test('for showing come to the Slack side only', () =>
    within(async ({ jobs, consume }) => {
      const [cluster, slack] = [await consume('cluster'), await consume('slack')];
      const id = anId();
      await jobs.show(id, 1);
      await jobs.show(id, 1);
      await expect.poll(() => slack, { timeout: 1_000 }).toEqual([{ id, version: 1, do: 'show' }]);
      await wait(100);
      expect(slack).toHaveLength(1);
      expect(cluster).toEqual([]);
    }));
});
