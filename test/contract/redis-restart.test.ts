import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { examineRedis } from '#adapters/redis/examine.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { keys } from '#adapters/redis/keys.ts';
import { startRedis } from '#local/parts/redis.ts';
import { ada, anId, at, index } from '#test/contract/parts/redis.ts';
import { password, type RedisWithUsers, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';

let redis: RedisWithUsers;
beforeAll(async () => {
  redis = await startRedisWithUsers();
});
afterAll(() => redis.stop());

const as = (user: string) =>
  redis.connect('commit', `redis://hallpass-${user}:${password}@127.0.0.1:${redis.server.port}`);

/** Everything under every key. Fields of a hash have no order. */
const contents = async (): Promise<Readonly<Record<string, unknown>>> => {
  const { admin } = redis;
  const names = (await admin.keys('*')).sort();
  const found = await Promise.all(
    names.map(async (name) =>
      (await admin.type(name)) === 'hash'
        ? Object.entries(await admin.hgetall(name)).sort()
        : (await admin.dumpBuffer(name))?.toString('base64'),
    ),
  );
  return Object.fromEntries(names.map((name, nth) => [name, found[nth]]));
};

/** What somebody is answered who speaks to Redis by themselves, line by line. */
const answersTo = async (...lines: readonly string[]): Promise<readonly string[]> => {
  const socket = connect(redis.server.port, '127.0.0.1');
  socket.write(lines.map((line) => `${line}\r\n`).join(''));
  let said = '';
  for await (const chunk of socket) {
    said += String(chunk);
    if (said.split('\r\n').length > lines.length) break;
  }
  return said.trim().split('\r\n');
};

describe('a Redis with the users of manifests/redis/users.acl that is killed and starts again', () => {
  test('has all that scripts and transactions have written: it asks its own rights for each of them', async () => {
    const [bot, worker, guard] = [as('bot'), as('worker'), as('guard')];
    const [id, other] = [anId(), anId()];
    const store = createRedisEventStore(bot, createRedisClock(bot));
    expect(await store.append(id, 0, ['a', 'b'], index({ status: 'active', dueAt: at(1) }), 'form')).toEqual({
      type: 'appended',
    });
    const its = createRedisEventStore(worker, createRedisClock(worker));
    expect(await its.append(id, 2, ['c'], index({ status: 'revoked' }))).toEqual({ type: 'appended' });
    const checkpoints = createRedisCheckpointStore(bot);
    expect(await checkpoints.append(undefined, 'a checkpoint', [[id, 3]])).toBe(true);
    const jobs = createJobs(bot);
    const now = await createRedisClock(bot).now();
    await jobs.schedule(id, 1, { do: 'end', at: now.add({ minutes: 5 }) }, now);
    const held = createRedisHeldWrites(guard);
    expect(await held.file({ fingerprint: 'f', author: 'alice', entry: 'a write', id: other })).toEqual({
      type: 'filed',
    });
    const before = await contents();
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        keys.log(id),
        keys.audit,
        keys.person(ada),
        keys.checkpoints,
        keys.intake,
        keys.held('f'),
      ]),
    );

    await redis.server.kill();
    await redis.server.start();
    await expect.poll(() => redis.admin.ping().catch(() => '')).toBe('PONG');
    expect(Object.keys(await contents())).toEqual(Object.keys(before));
    expect(await contents()).toEqual(before);
    expect(await store.read(id)).toEqual(['a', 'b', 'c']);
    await jobs.close();
  });

  test('that began without its logs, because it had the users from before, has them again once it has these', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-before-'));
    const aclFile = join(folder, 'users.acl');
    const [, ...users] = readFileSync(redis.aclFile, 'utf8').split('\n');
    const write = (first: string): void => writeFileSync(aclFile, [first, ...users].join('\n'));
    write('user default off resetchannels -@all');
    const server = await startRedis({ aclFile });
    const bot = redis.connect('commit', `redis://hallpass-bot:${password}@127.0.0.1:${server.port}`);
    const admin = redis.connect('commit', `redis://admin:any@127.0.0.1:${server.port}`);
    const warned = async (connection: Redis): Promise<boolean> =>
      (await examineRedis(connection, { url: server.url }, 'bot')).some(
        ({ type, text }) => type === 'wrong' && text.includes('user "default" may not write'),
      );
    const store = createRedisEventStore(bot, createRedisClock(bot));
    const id = anId();
    const startsWith = async (lines: readonly string[]): Promise<void> => {
      await server.kill();
      await server.start();
      await expect.poll(() => bot.ping().catch(() => '')).toBe('PONG');
      expect(await store.read(id)).toEqual(lines);
    };
    try {
      expect(await store.append(id, 0, ['a'], index())).toEqual({ type: 'appended' });
      // The doctor sees it coming, as somebody who may look at users.
      expect([await warned(admin), await warned(bot)]).toEqual([true, false]);
      await startsWith([]);
      write(readFileSync(redis.aclFile, 'utf8').split('\n')[0] ?? '');
      await startsWith(['a']);
      expect(await warned(admin)).toBe(false);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test('lets nobody in as the user that it reads its file as', async () => {
    const answers = await answersTo('GET x', 'AUTH default ""', 'AUTH default any', 'AUTH any', 'SET x y', 'SELECT 0');
    expect(answers[0]).toMatch(/^-NOAUTH/);
    for (const answer of answers.slice(1, 4)) expect(answer).toMatch(/^-(WRONGPASS|ERR AUTH)/);
    for (const answer of answers.slice(4)) expect(answer).toMatch(/^-NOAUTH/);
  });
});
