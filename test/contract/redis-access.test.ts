import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDraftClient, createDraftServer, type DraftWork } from '#adapters/bullmq/drafts.ts';
import { createJobs } from '#adapters/bullmq/jobs.ts';
import type { Payload } from '#adapters/bullmq/queues.ts';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { noPassword, redisAcl } from '#adapters/redis/acl.ts';
import { createAlarmBox } from '#adapters/redis/alarm-box.ts';
import { createRedisCheckpointStore } from '#adapters/redis/checkpoint-store.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import type { RedisProfile } from '#adapters/redis/connection.ts';
import { createRedisContents } from '#adapters/redis/contents.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { checkRedis } from '#adapters/redis/health.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { createRedisRemovalStore } from '#adapters/redis/removal-store.ts';
import { refusedCommands } from '#adapters/redis/rights.ts';
import { createRedisReports, lastWatched } from '#adapters/redis/watching.ts';
import { err, ok } from '#domain/result.ts';
import { ada, anId, at, index, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';

const root = new URL('../../', import.meta.url).pathname;
const hash = (password: string): string => createHash('sha256').update(password).digest('hex');

test('manifests/redis/users.acl is what the code says; nobody gets in with it as it is', () => {
  const written = readFileSync(join(root, 'manifests/redis/users.acl'), 'utf8');
  expect(written).toBe(redisAcl({ bot: noPassword, worker: noPassword, guard: noPassword, watcher: noPassword }));
});

let folder: string;
let redis: TestRedis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-acl-'));
  const file = join(folder, 'users.acl');
  const admin = `user admin on #${hash('root')} ~* &* +@all\n`;
  writeFileSync(
    file,
    redisAcl({ bot: hash('bot'), worker: hash('worker'), guard: hash('guard'), watcher: hash('watcher') }) + admin,
  );
  redis = await startTestRedis(file);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const as = (user: string, password: string, profile: RedisProfile = 'commit'): Redis =>
  redis.connect(profile, `redis://${user}:${password}@127.0.0.1:${redis.server.port}`);
const admin = (): Redis => as('admin', 'root');

describe.each(['bot', 'worker'] as const)('as the user of the %s', (name) => {
  const own = (profile?: 'commit' | 'consume'): Redis => as(`hallpass-${name}`, name, profile);

  test('the request log does all that it does', async () => {
    const connection = own();
    const store = createRedisEventStore(connection, createRedisClock(connection));
    const id = anId();
    expect(await store.append(id, 0, ['a'], index({ dueAt: at(1) }), `form ${name}`)).toEqual({ type: 'appended' });
    expect(await store.append(anId(), 0, ['a'], index(), `form ${name}`)).toEqual({ type: 'filed-before', id });
    expect(await store.append(id, 1, ['b'], index({ status: 'denied' }))).toEqual({ type: 'appended' });
    expect(await store.append(id, 1, ['c'], index())).toEqual({ type: 'conflict' });
    expect(await store.read(id)).toEqual(['a', 'b']);
    expect(await store.inStatus('denied', 10)).toContain(id);
    expect(await store.ofPerson(ada, 10)).toContain(id);
    expect(await store.unshown(10)).toContain(id);
    await store.markShown(id, 2);
    await store.due(at(5), 10);
    await store.news(at(5), 10);
    await store.toReview(10);
    await store.countPending(ada);
  });

  test('alarms are left and taken in their order, and no more are kept than anybody reads', async () => {
    const box = createAlarmBox(own());
    await box.put('first');
    await box.put('second');
    expect([await box.take(), await box.take(), await box.take()]).toEqual(['first', 'second', undefined]);
    for (let nth = 0; nth < 210; nth += 1) await box.put(`alarm ${nth}`);
    expect(await box.take()).toBe('alarm 10');
    while ((await box.take()) !== undefined);
  });

  test('jobs are asked for, delayed, done, failed and brought back', { timeout: 15_000 }, async () => {
    await admin().flushall();
    const faults: string[] = [];
    const jobs = createJobs(own());
    const done: Payload[] = [];
    const ways = { end: 0, apply: 0 };
    const handler = async (payload: Payload) => {
      if (payload.do === 'end' && ways.end++ === 0) throw new Error('once');
      if (payload.do === 'apply' && ways.apply++ === 0) return { type: 'early' as const, milliseconds: 100 };
      done.push(payload);
      return { type: 'done' as const };
    };
    const onFault = (cause: Error) => void faults.push(cause.message);
    const workers = (['cluster', 'slack'] as const).map((queue) =>
      createStepWorker({ queue, connection: own('consume'), concurrency: 2, handler, onFault }),
    );
    for (const worker of workers) await worker.ready();
    const now = await createRedisClock(own()).now();
    await jobs.schedule(anId(), 1, { do: 'end', at: now }, now);
    await jobs.schedule(anId(), 1, { do: 'apply', at: now.add({ milliseconds: 300 }) }, now);
    await jobs.show(anId(), 1);
    await expect
      .poll(() => done.map((payload) => payload.do).sort(), { timeout: 6_000 })
      .toEqual(['apply', 'end', 'show']);
    // The check for stalled jobs runs every five seconds.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    for (const worker of workers) await worker.close();
    await jobs.close();
    expect(faults).toEqual(['once']);
  });

  test('checkpoints are read, and what an append has changed waits for one', async () => {
    const connection = own();
    const checkpoints = createRedisCheckpointStore(connection);
    const id = anId();
    await createRedisEventStore(connection, createRedisClock(connection)).append(id, 0, ['a'], index());
    expect((await checkpoints.waiting(1_000)).map((one) => one.id)).toContain(id);
    expect((await Array.fromAsync(createLogReader(connection).checkpoints())).flat()).toEqual(
      await checkpoints.lines(0, await checkpoints.count()),
    );
    const last = await checkpoints.latest();
    const added = checkpoints.append(last, `line of ${name}`, [[id, 1]]);
    if (name === 'worker') {
      await expect(added).rejects.toThrow();
      expect(await checkpoints.latest()).toBe(last);
      return;
    }
    expect(await added).toBe(true);
    expect(await checkpoints.latest()).toBe('line of bot');
    await checkpoints.mark([id], at(0));
    expect((await Array.fromAsync(checkpoints.lengths())).flat()).toContainEqual([id, 1]);
  });

  test('nobody edits, cuts or deletes checkpoints', async () => {
    const connection = own();
    for (const words of [
      ['lset', keys.checkpoints, '0', 'x'],
      ['ltrim', keys.checkpoints, '0', '0'],
      ['lpop', keys.checkpoints],
      ['del', keys.checkpoints],
      ['lpush', keys.checkpoints, 'x'],
      ['rename', keys.checkpoints, `${keys.checkpoints}2`],
    ] as const)
      await expect(connection.call(words[0], ...words.slice(1))).rejects.toThrow(/NOPERM/);
  });

  test('the health of Redis can be looked at', async () => {
    expect(await checkRedis(own())).toEqual([]);
  });

  const id = anId();
  const forbidden: [string, ...(string | number)[]][] = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['CONFIG', 'GET', '*'],
    ['CONFIG', 'SET', 'appendonly', 'no'],
    ['SHUTDOWN', 'NOSAVE'],
    ['ACL', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['MONITOR'],
    ['REPLICAOF', '127.0.0.1', '1'],
    ['MIGRATE', '127.0.0.1', '1', 'a', '0', '10'],
    ['SUBSCRIBE', 'channel'],
    ['PUBLISH', 'channel', 'text'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['GET', 'elsewhere'],
    ['SET', 'elsewhere', 'value'],
    ['DEL', keys.log(id)],
    ['LSET', keys.log(id), 0, 'edited'],
    ['LTRIM', keys.log(id), 0, 0],
    ['LPUSH', keys.log(id), 'before'],
    ['LREM', keys.log(id), 0, 'a'],
    ['RENAME', keys.log(id), keys.log(anId())],
    ['EXPIRE', keys.log(id), 1],
    ['DEL', keys.audit],
    ['EVAL', "return redis.call('DEL', KEYS[1])", 1, keys.log(id)],
    ['EVAL', "return redis.call('FLUSHALL')", 0],
    ['EVAL', "return redis.call('GET', 'elsewhere')", 0],
  ];
  test.each(forbidden.map((command) => [command.join(' '), command] as const))('%s is refused', async (_, command) =>
    expect(await tell(own(), command)).toMatch(refusal),
  );
});

type Command = readonly [string, ...(string | number)[]];
const refusal = /NOPERM|The user executing the script can't/;
const tell = (connection: Redis, [command, ...args]: Command): Promise<string> =>
  connection.call(command, ...args).then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (fault: unknown) => String(fault),
  );

describe('as the user of the guard', () => {
  const own = (): Redis => as('hallpass-guard', 'guard');
  const bots = () => ({ commit: as('hallpass-bot', 'bot'), listen: as('hallpass-bot', 'bot', 'listen') });

  test('what is held is filed for the bot, counted and found again; the bot takes it in and says what became of it', async () => {
    const [held, intake] = [createRedisHeldWrites(own()), createRedisIntake(bots(), 'bot')];
    const [id, other] = [anId(), anId()];
    const write = { fingerprint: 'guarded', author: 'alice@example.com', entry: 'a write' };
    expect(await held.file({ ...write, id })).toEqual({ type: 'filed' });
    expect(await held.file({ ...write, id: other })).toEqual({ type: 'held', id });
    expect(await held.file({ ...write, id: other, instead: id })).toEqual({ type: 'filed' });
    await held.note('a note');
    await held.tried('guarded', 'alice@example.com');
    const taken = await intake.take(20);
    expect(taken.map(({ entry }) => entry)).toEqual(['a write', 'a write', 'a note']);
    for (const { key } of taken) await intake.settle(key);
    await intake.say(other, { where: 'there' });
    await intake.keep('guarded', other);
    expect(await intake.attempts('guarded')).toMatchObject({ count: 1 });
    expect(await held.find('guarded')).toEqual({ id: other, said: { where: 'there' } });
  });

  test('logs are read, by the common clock, and alarms are left for whoever can tell people', async () => {
    const [writer, id] = [as('hallpass-bot', 'bot'), anId()];
    const active = index({ status: 'active' });
    await createRedisEventStore(writer, createRedisClock(writer)).append(id, 0, ['a', 'b'], active);
    const connection = own();
    const clock = createRedisClock(connection);
    const store = createRedisEventStore(connection, clock);
    expect(await store.read(id)).toEqual(['a', 'b']);
    expect(await store.activeOf(ada, 30)).toContain(id);
    expect(Math.abs((await clock.now()).since(await createRedisClock(admin()).now()).total('seconds'))).toBeLessThan(2);
    await createAlarmBox(connection).put('the guard has seen something');
    expect(await createAlarmBox(writer).take()).toBe('the guard has seen something');
  });

  test('no log is written, and none is found but by its id or its person', async () => {
    const store = createRedisEventStore(own(), createRedisClock(own()));
    await expect(store.append(anId(), 0, ['a'], index())).rejects.toThrow('append');
    await expect(store.inStatus('approved', 10)).rejects.toThrow();
    await expect(store.due(at(1), 10)).rejects.toThrow();
    await expect(store.countPending(ada)).rejects.toThrow();
    await expect(store.markShown(anId(), 1)).rejects.toThrow();
  });

  test('nothing of what it has left is taken or settled', async () => {
    const its = { commit: own(), listen: as('hallpass-guard', 'guard', 'listen') };
    const intake = createRedisIntake(its, 'guard');
    await expect(intake.take(1)).rejects.toThrow(keys.intake);
    await expect(intake.settle('0-1')).rejects.toThrow(keys.intake);
    await expect(intake.say(anId(), { where: 'elsewhere' })).rejects.toThrow('did not write');
    await expect(intake.attempts('guarded')).rejects.toThrow('did not read');
  });

  const id = anId();
  const content = keys.content(id, 'a'.repeat(64));
  const forbidden: Command[] = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['CONFIG', 'SET', 'appendonly', 'no'],
    ['SHUTDOWN', 'NOSAVE'],
    ['ACL', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['MONITOR'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['SUBSCRIBE', 'channel'],
    ['GET', 'elsewhere'],
    ['RPUSH', keys.log(id), 'forged'],
    ['LPUSH', keys.log(id), 'forged'],
    ['LSET', keys.log(id), 0, 'edited'],
    ['LTRIM', keys.log(id), 0, 0],
    ['DEL', keys.log(id)],
    ['UNLINK', keys.log(id)],
    ['RENAME', keys.log(id), keys.log(anId())],
    ['EXPIRE', keys.log(id), 1],
    ['XADD', keys.audit, '*', 'a', 'b'],
    ['XRANGE', keys.audit, '-', '+'],
    ['ZADD', keys.status('approved'), 0, id],
    ['ZRANGE', keys.status('approved'), 0, -1],
    ['ZADD', keys.person(ada), 0, id],
    ['ZREM', keys.person(ada), id],
    ['ZADD', keys.due, 0, id],
    ['ZADD', keys.unshown, 0, id],
    ['GET', content],
    ['SET', content, 'something else'],
    ['HGET', keys.view('cards', id), 'value'],
    ['HSET', keys.view('cards', id), 'value', 'x'],
    ['SET', keys.lock('cards', id), 'mine'],
    ['DEL', keys.lock('cards', id)],
    ['GET', keys.origin('form')],
    ['SET', keys.origin('form'), id],
    ['LPOP', keys.alarms],
    ['SET', keys.said(id), '{}'],
    ['DEL', keys.said(id)],
    ['DEL', keys.held('guarded')],
    ['EXPIRE', keys.held('guarded'), 1],
    ['HGETALL', keys.tried('guarded')],
    ['DEL', keys.tried('guarded')],
    ['DEL', keys.filedBy('alice@example.com')],
    ['SET', keys.filedBy('alice@example.com'), 0],
    ['XREAD', 'STREAMS', keys.intake, '0'],
    ['XRANGE', keys.intake, '-', '+'],
    ['XREADGROUP', 'GROUP', 'bot', 'guard', 'STREAMS', keys.intake, '>'],
    ['XAUTOCLAIM', keys.intake, 'bot', 'guard', 0, '0'],
    ['XACK', keys.intake, 'bot', '0-1'],
    ['XDEL', keys.intake, '0-1'],
    ['XTRIM', keys.intake, 'MAXLEN', 0],
    ['DEL', keys.intake],
    ['XGROUP', 'CREATE', keys.intake, 'bot', '$'],
    ['XGROUP', 'DESTROY', keys.intake, 'bot'],
    ['LPUSH', '{hallpass}:cluster:wait', '1'],
    ['HSET', '{hallpass}:cluster:1', 'data', '{}'],
    ['XADD', '{hallpass}:cluster:events', '*', 'a', 'b'],
    ['LPUSH', '{hallpass}:drafts:wait', '1'],
    ['SET', '{hallpass}:draft:1', 'forged'],
    ['EVAL', "return redis.call('DEL', KEYS[1])", 1, keys.held('guarded')],
    ['EVAL', "return redis.call('RPUSH', KEYS[1], 'forged')", 1, keys.log(id)],
    ['EVAL', "return redis.call('XDEL', KEYS[1], '0-1')", 1, keys.intake],
    ['EVAL', "return redis.call('FLUSHALL')", 0],
    ['EVAL', "return redis.call('GET', 'elsewhere')", 0],
  ];
  test.each(forbidden.map((command) => [command.join(' '), command] as const))('%s is refused', async (_, command) =>
    expect(await tell(own(), command)).toMatch(refusal),
  );
});

describe('what processes have between them', () => {
  const forbidden: ['bot' | 'worker', ...Command[]][] = [
    [
      'bot',
      ['XADD', keys.intake, '*', 'entry', 'forged'],
      ['XTRIM', keys.intake, 'MAXLEN', 0],
      ['DEL', keys.intake],
      ['XGROUP', 'DESTROY', keys.intake, 'bot'],
      ['HINCRBY', keys.tried('guarded'), 'count', 1],
      ['INCR', keys.filedBy('alice@example.com')],
      ['DEL', keys.held('guarded')],
    ],
    [
      'worker',
      ['UNLINK', keys.log(anId())],
      ['UNLINK', keys.content(anId(), 'a'.repeat(64))],
      ['XTRIM', keys.audit, 'MAXLEN', 0],
      ['XTRIM', keys.intake, 'MAXLEN', 0],
      ['XREAD', 'STREAMS', keys.intake, '0'],
      ['XREADGROUP', 'GROUP', 'bot', 'worker', 'STREAMS', keys.intake, '>'],
      ['XDEL', keys.intake, '0-1'],
      ['GET', keys.held('guarded')],
      ['SET', keys.held('guarded'), 'x'],
      ['GET', keys.said(anId())],
      ['SET', keys.said(anId()), '{}'],
      ['HGETALL', keys.tried('guarded')],
    ],
  ];
  test.each(
    forbidden.flatMap(([name, ...commands]) => commands.map((command) => [name, command.join(' '), command] as const)),
  )('is not for the %s to %s', async (name, _, command) =>
    expect(await tell(as(`hallpass-${name}`, name), command)).toMatch(refusal),
  );
});

test.each(['bot', 'worker', 'guard', 'watcher'] as const)(
  'the doctor finds nothing refused to the user of the %s',
  async (name) => expect(await refusedCommands(as(`hallpass-${name}`, name), name)).toEqual([]),
);

test('whether audit events come is told by the watcher alone, and read by bot and worker', async () => {
  await createRedisReports(as('hallpass-watcher', 'watcher')).watching('prod', at(7));
  for (const name of ['bot', 'worker'] as const) {
    expect(await lastWatched(as(`hallpass-${name}`, name), 'prod')).toEqual(at(7));
    expect(await lastWatched(as(`hallpass-${name}`, name), 'elsewhere')).toBeUndefined();
  }
  const key = keys.watching('prod');
  for (const name of ['bot', 'worker', 'guard'] as const)
    expect(await tell(as(`hallpass-${name}`, name), ['SET', key, '1'])).toMatch(refusal);
  for (const name of ['guard', 'watcher'] as const)
    expect(await tell(as(`hallpass-${name}`, name), ['GET', key])).toMatch(refusal);
  await admin().set(key, 'soon');
  await expect(lastWatched(as('hallpass-bot', 'bot'), 'prod')).rejects.toThrow('holds what Hallpass did not write');
  await admin().del(key);
});

test('the doctor finds what is refused, as the user of another process', async () => {
  const refused = await refusedCommands(as('hallpass-worker', 'worker'), 'guard');
  expect(refused).toContainEqual({ command: 'hincrby', key: '{hallpass}:tried:doctor' });
  expect(refused).not.toContainEqual({ command: 'lrange', key: '{hallpass}:log:doctor' });
});

test.each(['hallpass-bot', 'hallpass-worker', 'hallpass-guard', 'hallpass-watcher'])(
  'DEBUG is not for %s, even where a Redis allows it',
  async (user) => {
    expect(await admin().call('ACL', 'DRYRUN', user, 'DEBUG', 'SLEEP', '0')).toContain('no permissions');
    expect(await admin().call('ACL', 'DRYRUN', user, 'PING')).toBe('OK');
  },
);

test('the bot removes a log with all that is kept beside it; the worker removes none', async () => {
  const [bot, worker] = [as('hallpass-bot', 'bot'), as('hallpass-worker', 'worker')];
  const [id, digest] = [anId(), 'a'.repeat(64)];
  const log = { id, entries: 2, people: [ada], contents: [digest], held: ['removed'] } as const;
  await createRedisEventStore(bot, createRedisClock(bot)).append(id, 0, ['a', 'b'], index({ status: 'denied' }));
  await createRedisContents(bot).keep(id, digest, 'a content');
  await admin().zrem(keys.unshown, id);
  await admin().zrem(keys.unanchored, id);
  await expect(createRedisRemovalStore(worker).remove(log)).rejects.toThrow('remove request');
  expect(await admin().lrange(keys.log(id), 0, -1)).toEqual(['a', 'b']);
  const removals = createRedisRemovalStore(bot);
  expect(await removals.isAwaited(id)).toBe(false);
  expect(await removals.submittedBefore('denied', at(0), 1_000, 0)).toContain(id);
  expect(await removals.remove(log)).toBe('removed');
  expect(await admin().exists(keys.log(id), keys.content(id, digest))).toBe(0);
  await removals.trimStream(at(0));
});

test('the bot keeps its notes under a lock; the worker reaches neither', async () => {
  const [id, bot, worker] = [anId(), as('hallpass-bot', 'bot'), as('hallpass-worker', 'worker')];
  const store = createRedisProjectionStore(bot, 'cards');
  expect(await store.exclusively(id, async () => void (await store.write(id, 0, 'note')))).toBe(true);
  expect(await store.read(id)).toEqual({ version: 1, value: 'note' });
  await expect(createRedisProjectionStore(worker, 'cards').read(id)).rejects.toThrow('did not read');
  await expect(createRedisProjectionStore(worker, 'cards').exclusively(id, async () => {})).rejects.toThrow(
    'did not take',
  );
});

test('the bot has things tried by the worker and keeps what came of it; the worker reads none of that', async () => {
  const keysFolder = join(folder, 'keys');
  generateKeys(keysFolder);
  const found = createKeys(keysFolder, ['bot', 'worker']);
  if (!found.ok) throw new Error(found.error.join('\n'));
  const { signer, trust } = found.value;
  const identity = (name: 'bot' | 'worker') => ({
    signer: signer(name),
    trust,
    clock: createRedisClock(as(`hallpass-${name}`, name)),
  });
  const connections = (name: 'bot' | 'worker') => ({
    commit: as(`hallpass-${name}`, name),
    consume: as(`hallpass-${name}`, name, 'consume'),
  });
  const faults: Error[] = [];
  const plan = { create: [], probes: [], proofs: [] };
  const answered = { type: 'draft', namespaceUid: 'u', plan, edits: [] } as const;
  const work: DraftWork = async ({ namespace }) => {
    if (namespace === 'broken') throw new Error('It broke');
    const { type: _, ...draft } = answered;
    return namespace === 'shop' ? ok(draft) : err('no');
  };
  const client = createDraftClient(connections('bot'), identity('bot'));
  const input = { request: anId(), kind: 'change', cluster: 'prod', namespace: 'shop', ask: {}, temporary: true };
  const asked = { ...input, identity: { user: '', groups: [] } };
  // Nobody is there yet: it is taken off the queue again.
  await expect(client.draft(asked)).rejects.toThrow();
  await expect.poll(() => admin().exists(`{hallpass}:drafts:wait`)).toBe(0);
  const server = createDraftServer(connections('worker'), identity('worker'), work, (cause) => faults.push(cause));
  expect(await client.draft(asked)).toMatchObject({ ok: true, value: { namespaceUid: 'u' } });
  expect(await client.draft({ ...asked, namespace: 'other' })).toEqual(err('no'));
  await expect(client.draft({ ...asked, namespace: 'broken' })).rejects.toThrow('It broke');
  await expect.poll(() => faults.map(({ message }) => message)).toEqual(['It broke']);
  await server.close();
  await client.close();

  const [id, digest] = [anId(), 'a'.repeat(64)];
  const contents = createRedisContents(as('hallpass-bot', 'bot'));
  await contents.keep(id, digest, 'what approvers were shown');
  expect(await contents.read(id, digest)).toBe('what approvers were shown');
  const workers = createRedisContents(as('hallpass-worker', 'worker'));
  await expect(workers.read(id, digest)).rejects.toThrow('did not read');
  await expect(workers.keep(id, digest, 'something else')).rejects.toThrow('did not write');
});

test('without a password nothing is answered', async () => {
  await expect(redis.connect().ping()).rejects.toThrow();
});

describe('the health of Redis', () => {
  test('is good as the local one is started', async () => {
    expect(await checkRedis(admin())).toEqual([]);
  });

  test.each([
    ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
    ['appendonly', 'no', 'yes'],
    ['appendfsync', 'everysec', 'always'],
    ['hz', '10', '100'],
  ])('names %s %s, and what to set', async (setting, bad, good) => {
    const connection = admin();
    await connection.config('SET', setting, bad);
    const problems = await checkRedis(connection);
    await connection.config('SET', setting, good);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.problem).toContain(`"${bad}"`.replace('"10"', '10'));
    expect(problems[0]?.remedy).toContain(`"${setting} ${good}`);
  });
});
