import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import type { Payload } from '#adapters/bullmq/queues.ts';
import { createStepWorker, type Outcome, type StepWorker } from '#adapters/bullmq/step-worker.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { anId, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';

let redis: TestRedis;
let closing: (() => Promise<void>)[];
beforeEach(async () => {
  redis = await startTestRedis();
  closing = [];
});
afterEach(async () => {
  for (const close of closing) await close();
  await redis.stop();
});

const jobsNow = async () => {
  const connection = redis.connect();
  const jobs = createJobs(connection);
  closing.push(jobs.close);
  return { connection, jobs, now: await createRedisClock(connection).now() };
};

const faults: string[] = [];
const work = async (handler: (payload: Payload) => Promise<Outcome>): Promise<StepWorker> => {
  const connection = redis.connect('consume');
  const onFault = (cause: Error, job: string) => void faults.push(`${job}: ${cause.message}`);
  const worker = createStepWorker({ queue: 'cluster', connection, concurrency: 4, handler, onFault });
  closing.unshift(worker.close);
  await worker.ready();
  return worker;
};

type Said = Payload & { readonly outcome: string; readonly at: number };

/** Starts a worker process, and gathers what it says. */
const workerProcess = async (due: Temporal.Instant, options: { ahead?: boolean; takes?: number } = {}) => {
  const path = (name: string): string => new URL(`parts/${name}`, import.meta.url).pathname;
  const preload = options.ahead ? ['--import', path('clock-ahead.ts')] : [];
  const args = [
    ...preload,
    path('step-worker.ts'),
    redis.server.url,
    'cluster',
    due.toString(),
    String(options.takes ?? 0),
  ];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.unshift(async () => void child.kill('SIGKILL'));
  const said: Said[] = [];
  const ready = Promise.withResolvers<void>();
  if (child.stdout === null) throw new Error('no output to read');
  createInterface(child.stdout).on('line', (line) =>
    line === 'ready' ? ready.resolve() : said.push(JSON.parse(line)),
  );
  await ready.promise;
  return { said, child };
};

describe('time', () => {
  test('ninety-five of a hundred delayed jobs start within 100 ms of their time, and none before', async () => {
    const { jobs, now, connection } = await jobsNow();
    const clock = createRedisClock(connection);
    const late: number[] = [];
    const due = new Map<string, number>();
    await work(async ({ id }) => {
      late.push((await clock.now()).epochMilliseconds - (due.get(id) ?? 0));
      return { type: 'done' };
    });
    for (let number = 0; number < 100; number += 1) {
      const [id, at] = [anId(), now.add({ milliseconds: 500 + number * 10 })];
      due.set(id, at.epochMilliseconds);
      await jobs.schedule(id, 1, { do: 'end', at }, now);
    }
    await expect.poll(() => late.length, { timeout: 5_000 }).toBe(100);
    late.sort((one, other) => one - other);
    expect(late[0]).toBeGreaterThanOrEqual(-1);
    expect(late[94]).toBeLessThan(100);
  });

  test('a worker whose clock is two minutes ahead does a step at its time', { timeout: 20_000 }, async () => {
    const { jobs, now } = await jobsNow();
    const due = now.add({ seconds: 4 });
    const { said } = await workerProcess(due, { ahead: true });
    await jobs.schedule(anId(), 1, { do: 'end', at: due }, now);
    await expect.poll(() => said.at(0)?.outcome, { timeout: 2_000 }).toBe('early');
    await expect.poll(() => said.at(-1)?.outcome, { timeout: 6_000 }).toBe('done');
    const lateness = (said.at(-1)?.at ?? 0) - due.epochMilliseconds;
    expect(lateness).toBeGreaterThanOrEqual(0);
    expect(lateness).toBeLessThan(500);
    expect(said.length).toBeLessThan(5);
  });

  test('a producer whose clock is two minutes ahead or behind asks for the right time', async () => {
    const { jobs, now } = await jobsNow();
    const real = Date.now.bind(Date);
    for (const [version, shift] of [
      [1, 120_000],
      [2, -120_000],
    ] as const) {
      const shifted = vi.spyOn(Date, 'now').mockImplementation(() => real() + shift);
      const asked = jobs.schedule(anId(), version, { do: 'end', at: now.add({ milliseconds: 1_000 }) }, now);
      await asked.finally(() => shifted.mockRestore());
    }
    const done: Payload[] = [];
    await work(async (payload) => {
      done.push(payload);
      return { type: 'done' };
    });
    await wait(600);
    expect(done).toEqual([]);
    await expect.poll(() => done.length, { timeout: 1_000 }).toBe(2);
  });
});

describe('faults', () => {
  test('a step that fails comes back every second until it succeeds', { timeout: 20_000 }, async () => {
    const { jobs, now } = await jobsNow();
    const tries: number[] = [];
    await work(async () => {
      tries.push(performance.now());
      if (tries.length < 4) throw new Error('the API server is away');
      return { type: 'done' };
    });
    await jobs.schedule(anId(), 1, { do: 'end', at: now }, now);
    await expect.poll(() => tries.length, { timeout: 8_000 }).toBe(4);
    for (const [number, moment] of tries.slice(1).entries()) {
      const pause = moment - (tries[number] ?? 0);
      expect(pause).toBeGreaterThan(700);
      expect(pause).toBeLessThan(1_400);
    }
    expect(faults.filter((fault) => fault.includes('the API server is away'))).toHaveLength(3);
  });

  test('what is no job of ours is reported, and never tried again', async () => {
    const handled: Payload[] = [];
    await work(async (payload) => {
      handled.push(payload);
      return { type: 'done' };
    });
    const queue = new Queue('cluster', { connection: redis.connect(), prefix: '{hallpass}' });
    closing.unshift(() => queue.close());
    await queue.add('end', { id: 'k7m2-qx; DROP', version: 1, do: 'end' }, { attempts: 10 });
    await expect.poll(() => faults.join('\n')).toContain('Not a job of Hallpass');
    expect(handled).toEqual([]);
  });

  test('jobs outlive a killed Redis, and those that came due meanwhile run within two seconds of its return', {
    timeout: 20_000,
  }, async () => {
    const { jobs, now } = await jobsNow();
    const done: string[] = [];
    await work(async ({ id }) => {
      done.push(id);
      return { type: 'done' };
    });
    const ids = Array.from({ length: 50 }, anId);
    const at = now.add({ seconds: 2 });
    await Promise.all(ids.map((id) => jobs.schedule(id, 1, { do: 'end', at }, now)));
    await redis.server.kill();
    await wait(3_000);
    await redis.server.start();
    const back = performance.now();
    await expect.poll(() => done.length, { timeout: 8_000, interval: 20 }).toBe(50);
    expect(performance.now() - back).toBeLessThan(2_000);
    expect(new Set(done)).toEqual(new Set(ids));
  });

  test('asking for a job fails within two seconds while Redis is away or hangs', async () => {
    const { jobs, now } = await jobsNow();
    const step = { do: 'end', at: now } as const;
    await jobs.schedule(anId(), 1, step, now);
    const pid = redis.server.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    const hung = performance.now();
    await expect(jobs.schedule(anId(), 1, step, now)).rejects.toThrow();
    process.kill(pid, 'SIGCONT');
    expect(performance.now() - hung).toBeLessThan(2_500);
    await redis.server.kill();
    const away = performance.now();
    await expect(jobs.show(anId(), 1)).rejects.toThrow();
    expect(performance.now() - away).toBeLessThan(2_500);
  });

  test('a producer that starts while Redis is away fails in time too, and works once Redis is there', async () => {
    await redis.server.kill();
    const jobs = createJobs(redis.connect());
    closing.push(jobs.close);
    const started = performance.now();
    await expect(jobs.show(anId(), 1)).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(2_500);
    await redis.server.start();
    await expect
      .poll(
        () =>
          jobs.show(anId(), 2).then(
            () => 'asked',
            () => 'failed',
          ),
        { timeout: 5_000 },
      )
      .toBe('asked');
  });

  test('the job of a killed worker runs again within fifteen seconds', { timeout: 30_000 }, async () => {
    const { jobs, now } = await jobsNow();
    const { said, child } = await workerProcess(now, { takes: 60_000 });
    const id = anId();
    await jobs.schedule(id, 1, { do: 'end', at: now }, now);
    await expect.poll(() => said.length, { timeout: 3_000 }).toBe(1);
    child.kill('SIGKILL');
    const killed = performance.now();
    const second = await workerProcess(now);
    await expect.poll(() => second.said.length, { timeout: 17_000, interval: 50 }).toBe(1);
    expect(performance.now() - killed).toBeLessThan(15_500);
  });
});

test('closing a worker waits for the job that runs', async () => {
  const { jobs, now } = await jobsNow();
  const seen: string[] = [];
  const worker = await work(async () => {
    seen.push('begun');
    await wait(700);
    seen.push('done');
    return { type: 'done' };
  });
  await jobs.schedule(anId(), 1, { do: 'apply', at: now }, now);
  await expect.poll(() => seen).toEqual(['begun']);
  await worker.close();
  expect(seen).toEqual(['begun', 'done']);
});
