import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisAcl } from '#adapters/redis/acl.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createRedisReports, createRedisSeen } from '#adapters/redis/watching.ts';
import { ada, anId, at, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemorySeen } from '#test/memory/watching.ts';
import type { Seen } from '#use-cases/watcher-ports.ts';

const sha = (password: string): string => createHash('sha256').update(password).digest('hex');

let folder: string;
let redis: TestRedis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-watching-'));
  const file = join(folder, 'users.acl');
  const users = { bot: sha('bot'), worker: sha('worker'), guard: sha('guard'), watcher: sha('watcher') };
  writeFileSync(file, `${redisAcl(users)}user admin on #${sha('root')} ~* &* +@all\n`);
  redis = await startTestRedis(file);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});
/** A connection as the user of a process. */
const as = (name: string, profile: 'commit' | 'listen' = 'commit') =>
  redis.connect(profile, `redis://hallpass-${name}:${name}@127.0.0.1:${redis.server.port}`);

describe.each<readonly [string, () => Seen]>([
  ['in memory', createMemorySeen],
  ['in Redis, as the user of the watcher', () => createRedisSeen(as('watcher'))],
])('what watchers have seen, %s', (_, create) => {
  const whats = (found: Awaited<ReturnType<Seen['add']>>) => found.map(({ what }) => what);

  test('is answered with what was seen near it, before and after, each thing once', async () => {
    const seen = create();
    const of = { grant: anId(), rule: 'denied-burst' };
    expect(await seen.add(of, 'a', at(10), 60_000)).toEqual([{ what: 'a', at: at(10).epochMilliseconds }]);
    expect(whats(await seen.add(of, 'b', at(50), 60_000))).toEqual(['a', 'b']);
    expect(whats(await seen.add(of, 'b', at(51), 60_000))).toEqual(['a', 'b']);
    // It was done before all others, and is told last.
    expect(whats(await seen.add(of, 'c', at(0), 30_000))).toEqual(['c', 'a']);
    expect(whats(await seen.add(of, 'd', at(200), 60_000))).toEqual(['d']);
  });

  test('is who a user of the cluster is, for all of them', async () => {
    const seen = create();
    expect(await seen.whoIs('alice@corp.example.com')).toBeUndefined();
    await seen.know('alice@corp.example.com', ada);
    expect(await seen.whoIs('alice@corp.example.com')).toBe(ada);
    expect(await seen.whoIs('alice@corp.example')).toBeUndefined();
  });

  test('is of one grant and one rule', async () => {
    const seen = create();
    const grant = anId();
    await seen.add({ grant, rule: 'denied-burst' }, 'a', at(1), 60_000);
    expect(whats(await seen.add({ grant, rule: 'delete-burst' }, 'b', at(1), 60_000))).toEqual(['b']);
    expect(whats(await seen.add({ grant: anId(), rule: 'denied-burst' }, 'c', at(1), 60_000))).toEqual(['c']);
  });

  test('is bounded: the latest are kept, whoever tries a thousand things', async () => {
    const seen = create();
    const of = { grant: anId(), rule: 'denied-burst' };
    let last: Awaited<ReturnType<Seen['add']>> = [];
    for (let count = 0; count < 300; count += 1)
      last = await seen.add(of, `thing ${String(count).padStart(3, '0')}`, at(count), 3_600_000);
    expect(last).toHaveLength(200);
    expect(last.at(-1)?.what).toBe('thing 299');
  });
});

describe('what a watcher leaves for the bot', () => {
  test('is taken by the bot; what is urgent by a way of its own', async () => {
    const reports = createRedisReports(as('watcher'));
    const taking = { commit: as('bot'), listen: as('bot', 'listen') };
    const [intake, urgent] = [createRedisIntake(taking, 'one'), createRedisIntake(taking, 'one', keys.urgent)];
    expect(await reports.leave('used', false)).toBe(true);
    expect(await reports.leave('tripped', true)).toBe(true);
    const found = await urgent.take(10);
    expect(found.map(({ entry }) => entry)).toEqual(['tripped']);
    for (const { key } of found) await urgent.settle(key);
    const [used] = await intake.take(10);
    expect(used?.entry).toBe('used');
    await intake.settle(used?.key ?? '');
    expect(await as('bot').xack(keys.urgent, 'bot', found[0]?.key ?? '')).toBe(0);
  });

  test('has room beside all that is held, and no more than that', async () => {
    const reports = createRedisReports(as('watcher'));
    while (await reports.leave('used', false));
    expect(await reports.leave('tripped', true)).toBe(true);
    await expect(reports.leave('x'.repeat(5_000), true)).rejects.toThrow('too long');
    await redis.connect('commit', `redis://admin:root@127.0.0.1:${redis.server.port}`).del(keys.intake, keys.urgent);
  });

  test('says to workers that events come from a cluster', async () => {
    await createRedisReports(as('watcher')).watching('prod', at(7));
    expect(await as('worker').get(keys.watching('prod'))).toBe(String(at(7).epochMilliseconds));
  });
});

describe('as its user', () => {
  test('a watcher finds the grants of somebody, and reads their logs', async () => {
    const id = anId();
    const bots = as('bot');
    await createRedisEventStore(bots, createRedisClock(bots)).append(id, 0, ['line'], index({ status: 'active' }));
    const own = as('watcher');
    const store = createRedisEventStore(own, createRedisClock(own));
    expect(await store.activeOf(ada, 10)).toContain(id);
    expect(await store.read(id)).toEqual(['line']);
  });

  test('it can write no log, take nothing back, and let nothing in', async () => {
    const own = as('watcher');
    const id = anId();
    const tried = [
      () => own.rpush(keys.log(id), 'x'),
      () => own.del(keys.log(id)),
      () => own.set(keys.held('f'), id),
      () => own.zadd(keys.status('active'), 1, id),
      () => own.xdel(keys.urgent, '0-1'),
      () => own.xrange(keys.intake, '-', '+'),
      () => own.flushall(),
      () => own.config('GET', '*'),
      () => own.get('other'),
    ];
    for (const one of tried) await expect(one()).rejects.toThrow('NOPERM');
  });
});
