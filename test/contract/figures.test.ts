import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { queueDepths } from '#adapters/bullmq/depths.ts';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import { redisAcl } from '#adapters/redis/acl.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { readFigures } from '#adapters/redis/figures.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createPulse } from '#adapters/redis/pulse.ts';
import { metricsText } from '#src/metrics/registry.ts';
import { tellFigures } from '#src/metrics/requests.ts';
import { anId, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';

const hash = (password: string): string => createHash('sha256').update(password).digest('hex');

let folder: string;
let redis: TestRedis;
let admin: Redis;
/** As bots have it: with the rights of its user. */
let bots: Redis;
const as = (user: string, password: string, profile: 'commit' | 'consume' = 'commit'): Redis =>
  redis.connect(profile, `redis://${user}:${password}@127.0.0.1:${redis.server.port}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-figures-'));
  const file = join(folder, 'users.acl');
  const all = redisAcl({ bot: hash('bot'), worker: hash('worker'), guard: hash('guard'), watcher: hash('watcher') });
  writeFileSync(file, `${all}user admin on #${hash('root')} ~* &* +@all\n`);
  redis = await startTestRedis(file);
  admin = as('admin', 'root');
  bots = as('hallpass-bot', 'bot');
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => void (await admin.flushall()));

const clock = () => createRedisClock(bots);
const read = () => readFigures(bots, clock());
const now = (): Promise<Temporal.Instant> => createRedisClock(admin).now();
const file = async (parts: Parameters<typeof index>[0]): Promise<void> => {
  const id = anId();
  expect(await createRedisEventStore(bots, clock()).append(id, 0, ['a'], index(parts))).toEqual({ type: 'appended' });
};

test('an empty Redis has none of anything', async () => {
  const { byState, ...rest } = await read();
  expect(rest).toEqual({
    overdueGrants: 0,
    unshownSeconds: 0,
    left: [
      ['intake', 0],
      ['urgent', 0],
    ],
  });
  expect(byState.length).toBe(10);
  expect(byState.every(([, count]) => count === 0)).toBe(true);
});

test('what is in force and should have ended is overdue; nothing else that is due is, nor what ended a moment ago', async () => {
  const late = (await now()).subtract({ seconds: 15 });
  await file({ status: 'active', dueAt: late });
  await file({ status: 'active', dueAt: late });
  await file({ status: 'active', dueAt: (await now()).subtract({ seconds: 3 }) });
  await file({ status: 'active', dueAt: (await now()).add({ minutes: 5 }) });
  // A person has to settle it: nothing is due.
  await file({ status: 'active' });
  await file({ status: 'pending', dueAt: late });
  await file({ status: 'approved', dueAt: late });
  await file({ status: 'revoked' });
  const { byState, overdueGrants } = await read();
  expect(overdueGrants).toBe(2);
  expect(Object.fromEntries(byState)).toMatchObject({ active: 5, pending: 1, approved: 1, revoked: 1, denied: 0 });
});

test('it is told for how long the oldest event waits to be shown, and what guards have left', async () => {
  await file({});
  const since = (await now()).subtract({ seconds: 90 });
  await admin.zadd(keys.unshown, since.epochMilliseconds, anId());
  const held = createRedisHeldWrites(as('hallpass-guard', 'guard'));
  await held.file({ fingerprint: 'f', author: 'alice', entry: 'a write', id: anId() });
  await held.note('a note', true);
  await held.note('another', true);
  const { unshownSeconds, left } = await read();
  expect(unshownSeconds).toBeGreaterThanOrEqual(90);
  expect(unshownSeconds).toBeLessThan(100);
  expect(left).toEqual([
    ['intake', 1],
    ['urgent', 2],
  ]);
});

test('each queue is told as BullMQ has it', async () => {
  const jobs = createJobs(bots);
  const at = await now();
  await jobs.schedule(anId(), 1, { do: 'end', at: at.add({ minutes: 5 }) }, at);
  await jobs.schedule(anId(), 1, { do: 'apply', at }, at);
  await jobs.schedule(anId(), 1, { do: 'apply', at }, at);
  await jobs.show(anId(), 1);
  const told = async () =>
    Object.fromEntries((await queueDepths(bots)).map(({ queue, state, count }) => [`${queue} ${state}`, count]));
  expect(await told()).toMatchObject({
    'cluster waiting': 2,
    'cluster active': 0,
    'cluster delayed': 1,
    'slack waiting': 1,
    'drafts waiting': 0,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const worker = createStepWorker({
    queue: 'cluster',
    connection: as('hallpass-worker', 'worker', 'consume'),
    concurrency: 1,
    handler: async () => {
      await promise;
      return { type: 'done' };
    },
    onFault: () => {},
  });
  await expect.poll(told).toMatchObject({ 'cluster waiting': 1, 'cluster active': 1, 'cluster delayed': 1 });
  resolve();
  await expect.poll(told).toMatchObject({ 'cluster waiting': 0, 'cluster active': 0, 'cluster delayed': 1 });
  await worker.close();
  await jobs.close();
});

test('with ten thousand grants, a thousand of them overdue, it costs some 25 commands and no time to speak of', async () => {
  const late = (await now()).subtract({ minutes: 1 }).epochMilliseconds;
  const different = new Set<string>();
  while (different.size < 10_000) different.add(anId());
  const ids = [...different];
  await admin.zadd(keys.status('active'), ...ids.flatMap((id) => [0, id]));
  await admin.zadd(keys.due, ...ids.flatMap((id, nth) => [nth < 1_500 ? late : late + 3_600_000, id]));
  const processed = async () => Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1]);
  const usedBefore = Number(/used_cpu_user:([\d.]+)/.exec(await admin.info('cpu'))?.[1]);
  const before = await processed();
  const { overdueGrants, byState } = await read();
  await queueDepths(bots);
  expect((await processed()) - before).toBeLessThan(35);
  const used = Number(/used_cpu_user:([\d.]+)/.exec(await admin.info('cpu'))?.[1]) - usedBefore;
  expect(used).toBeLessThan(0.1);
  // At most so many are counted: it is all by then.
  expect(overdueGrants).toBe(1_000);
  expect(byState).toContainEqual(['active', 10_000]);
});

test('a user whose rights are of an older version is told no, and Redis away is a fault', {
  timeout: 20_000,
}, async () => {
  await file({ status: 'active', dueAt: (await now()).subtract({ minutes: 1 }) });
  await admin.call('acl', 'setuser', 'older', 'on', '>older', '~*', '&*', '+@all', '-zmscore');
  const older = as('older', 'older');
  await expect(readFigures(older, createRedisClock(older))).rejects.toThrow(keys.status('active'));
  await expect(readFigures(as('hallpass-guard', 'guard'), clock())).rejects.toThrow();
});

test('what is told is read again after five seconds, and not told while Redis is away', {
  timeout: 30_000,
}, async () => {
  const { stop } = tellFigures(bots, clock());
  const figures = async () =>
    (await metricsText())
      .split('\n')
      .filter((line) => /^hallpass_(requests\{state="pending"|overdue|queue)/.test(line));
  expect(await figures()).toEqual(
    expect.arrayContaining(['hallpass_requests{state="pending"} 0', 'hallpass_overdue_grants 0']),
  );
  await file({ status: 'pending' });
  // From what was read just now.
  expect(await figures()).toContain('hallpass_requests{state="pending"} 0');
  await expect.poll(figures, { timeout: 8_000 }).toContain('hallpass_requests{state="pending"} 1');
  const pulse = createPulse(bots);
  await pulse.beat();
  expect(pulse.silence()).toBeLessThan(1_000);
  await redis.server.kill();
  await expect.poll(figures, { timeout: 12_000 }).toEqual([]);
  await expect(pulse.beat()).rejects.toThrow();
  expect(pulse.silence()).toBeGreaterThan(1_000);
  await redis.server.start();
  await expect.poll(figures, { timeout: 12_000 }).toContain('hallpass_requests{state="pending"} 1');
  await expect.poll(() => pulse.beat().then(() => pulse.silence() < 1_000)).toBe(true);
  await stop();
  expect(createPulse(bots).silence()).toBe(Number.POSITIVE_INFINITY);
});
