import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Keys } from '#adapters/keys/keys.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import type { RequestId } from '#domain/ids.ts';
import { extend, readChain } from '#domain/request/chain.ts';
import { logCommand } from '#src/commands/log.ts';
import { bob } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { anId, at } from '#test/contract/parts/redis.ts';
import { makeKeys, password, type RedisWithUsers, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';
import type { EventStore } from '#use-cases/ports.ts';
import { indexOf } from '#use-cases/request-log.ts';

let folder: string;
let redis: RedisWithUsers;
let admin: Redis;
let keys: Keys;
let store: EventStore;
let environment: Record<string, string>;

beforeAll(async () => {
  redis = await startRedisWithUsers();
  ({ folder, admin } = redis);
  const url = redis.urlOf('bot');
  const connection = redis.connect('commit', url);
  store = createRedisEventStore(connection, createRedisClock(connection));
  keys = makeKeys(join(folder, 'keys'));
  environment = { REDIS_URL: url, HALLPASS_KEYS: join(folder, 'keys') };
});
afterAll(async () => {
  await redis?.stop();
});
beforeEach(async () => {
  await admin.flushall();
});

const out = (): string => join(folder, 'log.jsonl');
const exported = (words: readonly string[] = [out()], changed: Record<string, string> = {}) =>
  logCommand(['export', ...words], { ...environment, ...changed });
const linesOf = (path = out()): readonly string[] => readFileSync(path, 'utf8').trimEnd().split('\n');
const leftovers = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));

const voted = { type: 'voted', by: bob, revision: 1 } as const;
const whole = [submitted(), voted, approved, activated, ended];
const file = async (events: Parameters<typeof fileIn>[3], seconds = 0): Promise<RequestId> => {
  const id = anId();
  await fileIn(store, keys, id, events, at(seconds));
  return id;
};
const tamper = (id: RequestId, place: number, line: string): Promise<unknown> =>
  admin.lset(redisKeys.log(id), place, line);

describe('hallpass log export', () => {
  it('writes every log as it is stored, in the order in which requests were filed, readable by its owner only', async () => {
    const third = await file(whole, 30);
    const first = await file([submitted()], 10);
    const second = await file([submitted(), { type: 'withdrawn', by: submitted().requester }], 20);
    const answer = await exported();
    expect(answer).toMatchObject({ status: 0, errors: [] });
    expect(answer?.out).toEqual([
      expect.stringMatching(/^3 requests with 8 entries written to .*log\.jsonl\. They hold/),
    ]);
    const stored = await Promise.all([first, second, third].map((id) => store.read(id)));
    const lines = linesOf();
    expect(lines.slice(0, -1)).toEqual(stored.flat());
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ export: 1, requests: 3, entries: 8 });
    expect(statSync(out()).mode & 0o777).toBe(0o600);
    expect(leftovers()).toEqual([]);
    // What is signed can be verified from the file alone.
    expect(readChain(third, lines.slice(3, 8), keys.trust)).toMatchObject({
      ok: true,
      value: { head: expect.any(String) },
    });
  });

  it('writes an empty log too, which is known for whole by its last line', async () => {
    expect(await exported()).toMatchObject({ status: 0 });
    expect(linesOf()).toEqual([expect.stringContaining('"requests":0')]);
  });

  it('writes more than one page of an index, also of requests that were filed in the same millisecond', async () => {
    for (let done = 0; done < 1_300; done += 50)
      await Promise.all(Array.from({ length: 50 }, () => file([submitted()], done < 700 ? 0 : 1)));
    expect((await exported())?.out).toEqual([expect.stringMatching(/^1300 requests with 1300 entries/)]);
    const ids = linesOf()
      .slice(0, -1)
      .map((line) => JSON.parse(line).request);
    expect(new Set(ids).size).toBe(1_300);
  });

  it('goes to standard output with "-", and what it says to standard error', async () => {
    const id = await file([submitted()]);
    const ran = await runCli(['log', 'export', '-'], environment);
    expect(ran).toMatchObject({
      status: 0,
      errors: expect.stringMatching(/^1 request with 1 entry written to standard output/),
    });
    expect(ran.out.split('\n')[0]).toBe((await store.read(id))[0]);
  });

  it('works with the rights of the worker', async () => {
    await file([submitted()]);
    const url = redis.urlOf('worker');
    expect(await exported([out()], { REDIS_URL: url, HALLPASS_ROLE: 'worker' })).toMatchObject({ status: 0 });
  });

  it('loses no request that moves on while it is written', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, () => file([submitted()])));
    const withdraw = async (id: RequestId): Promise<void> => {
      const before = readChain(id, await store.read(id), keys.trust);
      if (!before.ok || before.value === undefined) throw new Error('It was filed');
      const event = { type: 'withdrawn', by: submitted().requester } as const;
      const { lines, chain } = extend(id, before.value, [event], at(1), keys.signer('bot'), keys.trust);
      await store.append(id, 1, lines, indexOf(chain.request));
    };
    const [answer] = await Promise.all([exported(), ...ids.map(withdraw)]);
    expect(answer).toMatchObject({ status: 0, out: [expect.stringMatching(/^60 requests/)] });
  });
});

describe('a log that cannot be believed', () => {
  it('is written as it is, and named at the end', async () => {
    const good = await file([submitted()], 1);
    const [edited, cut, half, gone] = [
      await file(whole, 2),
      await file(whole, 3),
      await file(whole, 4),
      await file(whole, 5),
    ];
    const line = (await store.read(edited))[1] ?? '';
    await tamper(edited, 1, line.replace('"U', '"UX'));
    await admin.lpop(redisKeys.log(cut));
    await tamper(half, 4, '{"schema":1,\n"half');
    await admin.del(redisKeys.log(gone));
    const answer = await exported();
    expect(answer?.status).toBe(1);
    expect(answer?.errors).toEqual([
      `Request ${edited} cannot be believed, and was written as it is: entry 2: its signature is not valid.`,
      `Request ${cut} cannot be believed, and was written as it is: entry 1: it says it is entry 2.`,
      `Request ${half} cannot be believed, and was written as it is: entry 5: it is not an entry of schema 1.`,
      `Request ${gone} has no log: there is none under its id.`,
    ]);
    expect(answer?.out).toEqual([expect.stringMatching(/^4 requests with 15 entries/)]);
    const lines = linesOf();
    expect(lines).toHaveLength(16);
    expect(lines[0]).toBe((await store.read(good))[0]);
    expect(lines.map((one) => JSON.parse(one))).toContainEqual({
      unreadable: { request: half, version: 5, text: '{"schema":1,\n"half' },
    });
  });

  it('is one whose key or index holds something else', async () => {
    const id = await file([submitted()]);
    await admin.del(redisKeys.log(id));
    await admin.set(redisKeys.log(id), 'foreign');
    await admin.zadd(redisKeys.status('denied'), 1, 'no-request');
    const answer = await exported();
    expect(answer?.status).toBe(1);
    expect(answer?.errors).toEqual([
      expect.stringMatching(/^The index of requests names "no-request", which is no request’s id; it was left out\.$/),
      expect.stringContaining(
        `Request ${id} has no log: Redis key "${redisKeys.log(id)}" holds what Hallpass did not write`,
      ),
    ]);
  });

  it('is looked at without signatures where there are no keys, which is said', async () => {
    await file(whole);
    const answer = await exported([out()], { HALLPASS_KEYS: '' });
    expect(answer).toMatchObject({ status: 0 });
    expect(answer?.out?.[1]).toContain('Signatures were not looked at');
    const broken = await exported([out()], { HALLPASS_KEYS: join(folder, 'none') });
    expect(broken).toMatchObject({ status: 1 });
    expect(broken?.errors?.[0]).toContain('No key of the bot is trusted');
  });
});

describe('what is in its way', () => {
  it.each([
    [
      'a folder that is not there',
      () => join(folder, 'none', 'log.jsonl'),
      /cannot be written \(ENOENT.*Name a file in a folder/,
    ],
    ['a folder', () => folder, /is a folder\. Name a file/],
    ['no file', () => '/dev/null', /is no file\. Name a file in a folder that you may write to\. Or "-"/],
    ['below a file', () => join(folder, 'users.acl', 'x'), /cannot be written \(ENOTDIR/],
  ])('%s is told, with what to do', async (_, path, error) => {
    const answer = await exported([path()]);
    expect(answer).toMatchObject({ status: 1 });
    expect(answer?.errors?.join('\n')).toMatch(error);
  });

  it('Redis that is away leaves the export of before as it was', async () => {
    writeFileSync(out(), 'the one before');
    const url = 'redis://hallpass-bot:hidden-secret@127.0.0.1:1';
    const answer = await exported([out()], { REDIS_URL: url });
    expect(answer).toMatchObject({ status: 1 });
    expect(answer?.errors?.join('\n')).toMatch(
      /^The log could not be read from redis:\/\/hallpass-bot@127\.0\.0\.1:1 \(.*ECONNREFUSED.*\)\. Nothing was written\. Start it/,
    );
    expect(answer?.errors?.join('\n')).not.toContain('hidden-secret');
    expect(readFileSync(out(), 'utf8')).toBe('the one before');
    expect(leftovers()).toEqual([]);
  });

  it('a wrong password, and an address that is none, are told', async () => {
    const wrong = await exported([out()], {
      REDIS_URL: environment.REDIS_URL?.replace(password, 'wrong-password') ?? '',
    });
    expect(wrong?.errors?.join('\n')).toMatch(/WRONGPASS.*Correct them in REDIS_URL/);
    const none = await exported([out()], { REDIS_URL: 'somewhere' });
    expect(none).toMatchObject({ status: 1, errors: [expect.stringMatching(/^REDIS_URL is not a URL/)] });
  });

  it('a full disk or a reader that has gone is told', async () => {
    await file([submitted()]);
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('write EPIPE')) });
    gone.on('error', () => {});
    const answer = await logCommand(['export', '-'], environment, gone);
    expect(answer).toMatchObject({ status: 1 });
    expect(answer?.errors?.[0]).toContain('Standard output takes no more (write EPIPE). What was written is not whole');
  });

  it.each([
    [['export', 'x', '--all'], 'There is no flag "--all"'],
    [['export', '-o'], 'There is no flag "-o"'],
    [['export', 'x', 'y'], '"y" is not understood'],
  ])('%j is not understood', async (words, error) => {
    expect(await logCommand(words, environment)).toMatchObject({ status: 2, errors: [expect.stringContaining(error)] });
  });

  it.each([[['log']], [['log', 'export']], [['log', 'exports', 'x']]])('%j shows the usage', async (words) => {
    expect(await runCli(words, environment)).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/log export <file>/),
    });
  });
});
