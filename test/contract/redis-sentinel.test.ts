import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import type { RedisAddress } from '#adapters/redis/address.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis, type RedisProfile } from '#adapters/redis/connection.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { whyNoAnswer } from '#adapters/redis/no-answer.ts';
import { refusedCommands } from '#adapters/redis/rights.ts';
import { freePort } from '#local/parts/daemon.ts';
import { checkRedisAt } from '#src/commands/check-redis.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { anId, index, startTestRedis } from '#test/contract/parts/redis.ts';
import { readyToFailOver, startWatchedRedis, type WatchedRedis } from '#test/contract/parts/sentinels.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});
const connect = (address: RedisAddress, profile: RedisProfile = 'commit'): Redis => {
  const connection = connectRedis({ ...address, profile, name: 'test', onLost: () => {} });
  undo.push(() => connection.disconnect());
  return connection;
};

describe.each([
  ['over TLS', true],
  ['without TLS', false],
])('a primary that Sentinels watch, %s', (_, isSecured) => {
  let watched: WatchedRedis;
  beforeAll(async () => {
    watched = await startWatchedRedis(isSecured);
    await readyToFailOver(watched, isSecured);
  }, 60_000);
  afterAll(() => watched?.stop());

  test('is found by them, whatever host the URL has, and so is each connection that is made of one', async () => {
    const connection = connect(watched.address('hallpass-worker'));
    expect(await connection.ping()).toBe('PONG');
    expect(await refusedCommands(connection, 'worker')).toEqual([]);
    const duplicate = connection.duplicate();
    undo.push(() => duplicate.disconnect());
    expect(await duplicate.ping()).toBe('PONG');
  });

  test('nothing is wrong with it, and the doctor says who it is', async () => {
    const ends: (() => unknown)[] = [];
    const findings = await checkRedisAt(watched.address('hallpass-bot'), 'bot').look((end) => void ends.push(end));
    for (const end of ends) end();
    expect(findings.filter(({ type }) => type !== 'fine').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^appendfsync is not for this user/),
    ]);
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^The Sentinels lead to 127\.0\.0\.1:\d+; host and port of REDIS_URL are not used\.$/),
    );
  });

  test('a command reads the log from it, by its environment', async () => {
    const { url, tls, sentinels } = watched.address('hallpass-bot');
    const ran = await runCli(['log', 'export', '-'], {
      REDIS_URL: url,
      REDIS_CA: tls?.ca ?? '',
      REDIS_SENTINELS: sentinels?.at.map(({ host, port }) => `${host}:${port}`).join(',') ?? '',
      REDIS_SENTINEL_NAME: sentinels?.name ?? '',
      REDIS_SENTINEL_PASSWORD: sentinels?.password ?? '',
    });
    expect(ran).toMatchObject({ status: 0, errors: expect.stringContaining('0 requests with 0 entries') });
  });

  test('is killed while an end is due, with one Sentinel gone: the end is done by the next one, and nothing that it had been told is lost', async () => {
    const producing = connect(watched.address('hallpass-worker'));
    const clock = createRedisClock(producing);
    const store = createRedisEventStore(producing, clock);
    const jobs = createJobs(producing);
    undo.push(() => jobs.close());
    const ended = new Set<string>();
    const worker = createStepWorker({
      queue: 'cluster',
      connection: connect(watched.address('hallpass-worker'), 'consume'),
      concurrency: 4,
      handler: async ({ id }) => {
        ended.add(id);
        return { type: 'done' };
      },
      onFault: () => {},
    });
    undo.push(() => worker.close());
    await worker.ready();
    const [id, now] = [anId(), await clock.now()];
    await store.append(id, 0, ['submitted', 'approved'], index());
    await jobs.schedule(id, 1, { do: 'end', at: now.add({ seconds: 2 }) }, now);
    // Asynchronous replication: this is what an installation has to wait for, too, if nothing may be lost.
    expect(await watched.admin(0).wait(1, 5_000)).toBe(1);

    await watched.sentinels[0]?.kill();
    await watched.nodes[0].kill();
    await expect.poll(() => ended.has(id), { timeout: 30_000, interval: 50 }).toBe(true);
    await expect.poll(() => store.read(id).catch(String), { timeout: 10_000 }).toEqual(['submitted', 'approved']);
    // What comes is taken in by the new one, as before.
    const other = anId();
    await expect
      .poll(() => store.append(other, 0, ['submitted'], index()).catch(String))
      .toMatchObject({ type: 'appended' });
    expect(await watched.admin(1).role()).toContain('master');
  }, 60_000);

  test('whose old one comes back is not asked again: it follows the new one', async () => {
    await watched.nodes[0].start();
    await expect.poll(async () => String(await watched.admin(0).role()), { timeout: 30_000 }).toMatch(/^slave/);
    const connection = connect(watched.address('hallpass-worker'));
    expect(await connection.info('replication')).toContain('role:master');
  }, 60_000);
});

test('a connection to what has become a replica is left for a new one, which leads to who is the primary then', async () => {
  const redis = await startTestRedis();
  undo.push(redis.stop);
  const [connection, admin] = [redis.connect(), redis.connect()];
  const before = await connection.client('ID');
  await admin.call('REPLICAOF', '127.0.0.1', '1');
  await expect(connection.set('key', 'value')).rejects.toThrow('READONLY');
  await expect.poll(() => connection.client('ID').catch(() => before)).not.toBe(before);
  await admin.call('REPLICAOF', 'NO', 'ONE');
  expect(await connection.set('key', 'value')).toBe('OK');
});

describe('Sentinels that will not do are named, with what to do', () => {
  let watched: WatchedRedis;
  beforeAll(async () => {
    watched = await startWatchedRedis(false);
    await readyToFailOver(watched, false);
  }, 60_000);
  afterAll(() => watched?.stop());

  type Change = (sentinels: NonNullable<RedisAddress['sentinels']>) => Promise<object> | object;
  test.each<[string, RegExp, Change]>([
    [
      'another name',
      /^Sentinel at 127\.0\.0\.1:\d+ watches no primary by the name "other"\. Set REDIS_SENTINEL_NAME/,
      () => ({ name: 'other' }),
    ],
    [
      'another password',
      /^Sentinel at 127\.0\.0\.1:\d+ does not take the user "default" with this password \(WRONGPASS\).* Correct them in REDIS_SENTINEL_PASSWORD/,
      () => ({ password: 'wrong' }),
    ],
    [
      'no password',
      /^Sentinel at 127\.0\.0\.1:\d+ wants a password \(NOAUTH\), and REDIS_SENTINEL_PASSWORD has none\. Set REDIS_SENTINEL_PASSWORD/,
      () => ({ password: undefined }),
    ],
    [
      'Redis itself',
      /^What is at 127\.0\.0\.1:\d+ is a Redis and no Sentinel\. Let REDIS_SENTINELS name Sentinels/,
      () => ({ at: [{ host: '127.0.0.1', port: watched.nodes[0].port }], username: 'admin' }),
    ],
    [
      'nobody there',
      /^Nothing listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
      async () => ({ at: [{ host: '127.0.0.1', port: await freePort() }] }),
    ],
  ])('%s', async (_, said, change) => {
    const address = watched.address('hallpass-bot');
    if (address.sentinels === undefined) throw new Error('There are no Sentinels.');
    const sentinels = { ...address.sentinels, ...(await change(address.sentinels)) };
    const findings = await checkRedisAt({ ...address, sentinels }, 'bot').look((end) => void undo.push(end));
    expect(findings).toEqual([{ type: 'wrong', text: expect.stringMatching(said) }]);
  });

  test('TLS to Sentinels without it', async () => {
    const { url, ...rest } = watched.address('hallpass-bot');
    expect(await whyNoAnswer({ ...rest, url: url.replace('redis:', 'rediss:') })).toMatchObject({
      problem: expect.stringMatching(
        /^Sentinel at 127\.0\.0\.1:\d+ speaks without TLS, and REDIS_URL starts with rediss/,
      ),
    });
  });

  test('the first of three away is no reason to say anything', async () => {
    const address = watched.address('hallpass-bot');
    const at = [{ host: '127.0.0.1', port: await freePort() }, ...(address.sentinels?.at ?? [])];
    const some = { ...address, sentinels: { name: 'mymaster', ...address.sentinels, at } };
    expect(await whyNoAnswer(some)).toBeUndefined();
    expect(await connect(some).ping()).toBe('PONG');
  });
});
