import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { redisAcl } from '#adapters/redis/acl.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisHeldWrites } from '#adapters/redis/held-writes.ts';
import { createRedisIntake } from '#adapters/redis/intake.ts';
import { keys } from '#adapters/redis/keys.ts';
import { anId, startTestRedis, type TestRedis } from '#test/contract/parts/redis.ts';
import { createMemoryClock } from '#test/memory/clock.ts';
import { createMemoryHeldWrites } from '#test/memory/held-writes.ts';
import { startRedisProxy } from '#test/stories/parts/redis-proxy.ts';
import type { HeldWrites, Intake } from '#use-cases/guard-ports.ts';
import type { Clock } from '#use-cases/ports.ts';

/** What a guard and a bot have in common, and hands for what happens to it. */
type Shared = {
  readonly held: HeldWrites;
  readonly intake: Intake;
  readonly clock: Clock;
  /** What a bot has taken is half a minute old by now. */
  readonly age: () => Promise<void>;
  /** A second goes by. */
  readonly second: () => Promise<void>;
  /** As the store is emptied, or lost with all that is in it. */
  readonly empty: () => Promise<void>;
};

let folder: string;
let redis: TestRedis;
let count = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-held-'));
  const file = join(folder, 'users.acl');
  const sha = (password: string): string => createHash('sha256').update(password).digest('hex');
  const admin = `user admin on #${sha('admin')} ~* &* +@all\n`;
  writeFileSync(
    file,
    redisAcl({ bot: sha('hallpass-bot'), worker: sha('any'), guard: sha('hallpass-guard'), watcher: sha('any') }) +
      admin,
  );
  redis = await startTestRedis(file);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const as = (user: string, profile: 'commit' | 'listen' = 'commit'): Redis =>
  redis.connect(profile, `redis://${user}:${user}@127.0.0.1:${redis.server.port}`);

const inRedis = async (guard: string, bot: string): Promise<Shared> => {
  const admin = as('admin');
  await admin.flushall();
  count += 1;
  return {
    held: createRedisHeldWrites(as(guard)),
    intake: createRedisIntake({ commit: as(bot), listen: as(bot, 'listen') }, `bot-${count}`),
    clock: createRedisClock(admin),
    age: async () => {
      for (const [id] of (await admin.xpending(keys.intake, 'bot', '-', '+', 1_000)) as [string][])
        await admin.xclaim(keys.intake, 'bot', 'crashed', 0, id, 'IDLE', 5_500, 'JUSTID');
    },
    second: () => wait(1_010),
    empty: async () => void (await admin.flushall()),
  };
};

const inMemory = async (): Promise<Shared> => {
  const clock = createMemoryClock();
  const { held, intake, empty } = createMemoryHeldWrites(clock);
  const pass = (seconds: number) => async () => clock.advance({ seconds });
  return { held, intake, clock, age: pass(5), second: pass(1), empty: async () => empty() };
};

const ways: Record<string, () => Promise<Shared>> = {
  'in memory': inMemory,
  'in Redis': () => inRedis('admin', 'admin'),
  'in Redis, as the users of guard and bot': () => inRedis('hallpass-guard', 'hallpass-bot'),
};

type Filing = Parameters<HeldWrites['file']>[0];
const filing = (changed: Partial<Filing> = {}): Filing => ({
  fingerprint: 'f1',
  id: anId(),
  author: 'alice@example.com',
  entry: '{"an":"entry"}',
  ...changed,
});

describe.each(Object.entries(ways))('held writes %s', (_, create) => {
  let shared: Shared;
  let held: HeldWrites;
  let intake: Intake;
  beforeEach(async () => {
    shared = await create();
    ({ held, intake } = shared);
  });
  /** Takes all that is there. */
  const takeAll = async (): Promise<readonly string[]> => {
    const all: string[] = [];
    for (;;) {
      const taken = await intake.take(100);
      for (const { key, entry } of taken) {
        all.push(entry);
        await intake.settle(key);
      }
      if (taken.length < 100) return all;
    }
  };

  test('know nothing of what was never filed', async () => {
    expect(await held.find('f1')).toBeUndefined();
    expect(await held.said(anId())).toBeUndefined();
    expect(await intake.attempts('f1')).toBeUndefined();
    expect(await intake.take(20)).toEqual([]);
  });

  test('are filed once, whatever characters are in them, and found from then on', async () => {
    const entry = 'zwei: ü ✓ \u2028 {"a":"\\n"}';
    const first = filing({ entry });
    expect(await held.file(first)).toEqual({ type: 'filed' });
    expect(await held.find('f1')).toEqual({ id: first.id });
    expect(await held.file(filing({ entry: 'again' }))).toEqual({ type: 'held', id: first.id });
    expect(await held.file(filing({ fingerprint: 'f2', entry: 'other' }))).toEqual({ type: 'filed' });
    expect(await takeAll()).toEqual([entry, 'other']);
    expect(await held.file(filing({ entry: 'once taken' }))).toEqual({ type: 'held', id: first.id });
    expect(await held.find('f1')).toEqual({ id: first.id });
  });

  test('keep the earliest state that an object was let through from, each count by itself', async () => {
    const at = (version: string, generation?: number) => ({
      uid: 'u',
      version,
      ...(generation === undefined ? {} : { generation }),
    });
    const steps = [
      [at('x'), at('x')],
      [at('y'), at('x')],
      [at('10'), at('10')],
      [at('9007199254740993', 3), at('10', 3)],
      [at('9', 999_999_999_999), at('9', 3)],
      [at('11', 2), at('9', 2)],
      [at('z'), at('9', 2)],
    ] as const;
    for (const [now, lowest] of steps) expect(await held.admitted('one', now)).toEqual(lowest);
    expect(await held.admitted('another', at('9007199254740993', 999_999_999_999))).toEqual(
      at('9007199254740993', 999_999_999_999),
    );
    expect(await held.admitted('another', at('9007199254740992'))).toEqual(at('9007199254740992', 999_999_999_999));
  });

  test('of fifty simultaneous attempts at one write one is filed, and all hear of the same request', async () => {
    const filings = Array.from({ length: 50 }, (_, number) => filing({ entry: `attempt ${number}` }));
    const answers = await Promise.all(filings.map(held.file));
    const winner = answers.findIndex(({ type }) => type === 'filed');
    const id = filings[winner]?.id;
    expect(answers.filter(({ type }) => type === 'filed')).toHaveLength(1);
    expect(answers.filter((one) => one.type === 'held' && one.id === id)).toHaveLength(49);
    expect(await held.find('f1')).toEqual({ id });
    expect(await takeAll()).toEqual([`attempt ${winner}`]);
  });

  test('are filed anew instead of a request only while they still are that', async () => {
    const [first, second, other] = [filing(), filing(), anId()];
    await held.file(first);
    expect(await held.file({ ...second, instead: other })).toEqual({ type: 'held', id: first.id });
    expect(await held.file({ ...second, instead: first.id, entry: 'second' })).toEqual({ type: 'filed' });
    expect(await held.find('f1')).toEqual({ id: second.id });
    expect(await held.file(filing({ instead: first.id }))).toEqual({ type: 'held', id: second.id });
    // Where it is forgotten by now, it is filed all the same.
    expect(await held.file(filing({ fingerprint: 'f2', instead: other, entry: 'third' }))).toEqual({ type: 'filed' });
    expect(await takeAll()).toEqual(['{"an":"entry"}', 'second', 'third']);
  });

  test('of twenty that replace the same request at once one is filed', async () => {
    const first = filing();
    await held.file(first);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => held.file(filing({ instead: first.id, entry: 'anew' }))),
    );
    expect(answers.filter(({ type }) => type === 'filed')).toHaveLength(1);
    const now = await held.find('f1');
    expect(answers.filter((one) => one.type === 'held' && one.id === now?.id)).toHaveLength(19);
    expect(await takeAll()).toHaveLength(2);
  });

  test('of one author at most thirty are filed within a minute, and of others as before', async () => {
    const file = (number: number, author = 'flood') =>
      held.file(filing({ fingerprint: `f${number}`, author, entry: `entry ${number}` }));
    const answers = await Promise.all(Array.from({ length: 35 }, (_, number) => file(number)));
    expect(answers.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 30 }, () => 'filed'),
      ...Array.from({ length: 5 }, () => 'flood'),
    ]);
    // Of one flood somebody is told once.
    expect(answers.slice(30)).toEqual([
      { type: 'flood', of: 'author', isNew: true },
      ...Array.from({ length: 4 }, () => ({ type: 'flood', of: 'author', isNew: false })),
    ]);
    expect(await held.find('f30')).toBeUndefined();
    expect(await file(100, 'calm')).toEqual({ type: 'filed' });
    // What is held already counts no more than once.
    expect(await file(0)).toMatchObject({ type: 'held' });
    expect(await takeAll()).toEqual([...Array.from({ length: 30 }, (_, number) => `entry ${number}`), 'entry 100']);
  });

  test('of all together at most three hundred wait; nothing that was filed is lost, and once it is taken in there is room', async () => {
    const filed = await Promise.all(
      Array.from({ length: 300 }, (_, number) =>
        held.file(filing({ fingerprint: `f${number}`, author: `author ${number % 20}`, entry: `entry ${number}` })),
      ),
    );
    expect(filed.every(({ type }) => type === 'filed')).toBe(true);
    const late = filing({ fingerprint: 'late', author: 'late' });
    expect(await held.file(late)).toEqual({ type: 'flood', of: 'all', isNew: true });
    expect(await held.find('late')).toBeUndefined();
    expect(await held.note('one note more')).toBe(false);
    // What is taken and not settled takes up its room.
    const [taken] = await intake.take(1);
    expect(await held.file(late)).toEqual({ type: 'flood', of: 'all', isNew: false });
    await intake.settle(taken?.key ?? '');
    expect(await held.file(late)).toEqual({ type: 'filed' });
    expect([taken?.entry, ...(await takeAll())]).toEqual([
      ...Array.from({ length: 300 }, (_, number) => `entry ${number}`),
      '{"an":"entry"}',
    ]);
  });

  test('and notes are left beside each other, in their order', async () => {
    expect(await held.note('a note')).toBe(true);
    await held.file(filing({ entry: 'a write' }));
    await held.note('another note');
    expect(await takeAll()).toEqual(['a note', 'a write', 'another note']);
  });

  test('are refused when they are larger than what a request holds', async () => {
    const large = filing({ entry: 'x'.repeat(120_001) });
    await expect(held.file(large)).rejects.toThrow('120001 characters');
    expect(await held.find('f1')).toBeUndefined();
    expect(await held.file({ ...large, entry: 'x'.repeat(120_000) })).toEqual({ type: 'filed' });
    expect((await takeAll()).map(({ length }) => length)).toEqual([120_000]);
  });

  test('are handed out once, some at a time, until whoever took them is given up', async () => {
    for (const number of [1, 2, 3]) await held.file(filing({ fingerprint: `f${number}`, entry: `entry ${number}` }));
    const first = await intake.take(2);
    expect(first.map(({ entry }) => entry)).toEqual(['entry 1', 'entry 2']);
    await intake.settle(first[0]?.key ?? '');
    expect((await intake.take(20)).map(({ entry }) => entry)).toEqual(['entry 3']);
    expect(await intake.take(20)).toEqual([]);
    await shared.age();
    const again = await intake.take(20);
    expect(again.map(({ entry }) => entry)).toEqual(['entry 2', 'entry 3']);
    expect(again[0]?.key).toBe(first[1]?.key);
    for (const { key } of again) await intake.settle(key);
    await shared.age();
    expect(await intake.take(20)).toEqual([]);
    // Whoever was given up may come back and settle what somebody else did.
    await intake.settle(first[1]?.key ?? '');
    expect(await held.file(filing({ fingerprint: 'f4', entry: 'entry 4' }))).toEqual({ type: 'filed' });
    expect(await takeAll()).toEqual(['entry 4']);
  });

  test('are handed out to nobody else while whoever took them works on them, however long that takes', async () => {
    await held.note('slow');
    const [taken] = await intake.take(1);
    const key = taken?.key ?? '';
    const meanwhile = await intake.holding([key], async () => {
      await shared.age();
      // What was taken so long ago is said to be worked on once a second.
      await wait(1_300);
      return intake.take(20);
    });
    expect(meanwhile).toEqual([]);
    expect(await intake.take(20)).toEqual([]);
    await shared.age();
    expect((await intake.take(20)).map(({ entry }) => entry)).toEqual(['slow']);
  });

  test('are handed out again, also where whoever worked on them could not do it', async () => {
    await held.note('difficult');
    const [taken] = await intake.take(1);
    const failing = intake.holding([taken?.key ?? ''], async () => {
      throw new Error('A fault that passes');
    });
    await expect(failing).rejects.toThrow('A fault that passes');
    await shared.age();
    expect((await intake.take(20)).map(({ entry }) => entry)).toEqual(['difficult']);
  });

  test('are handed out again a second later where whoever took them gives them back', async () => {
    await held.note('difficult');
    const [taken] = await intake.take(1);
    await intake.giveBack(taken?.key ?? '');
    await shared.second();
    expect((await intake.take(20)).map(({ entry }) => entry)).toEqual(['difficult']);
    await intake.settle(taken?.key ?? '');
    // What is settled comes back no more.
    await intake.giveBack(taken?.key ?? '');
    await shared.age();
    expect(await intake.take(20)).toEqual([]);
  });

  test('of what is given up what is new waits until it was handed out again', async () => {
    await held.note('old');
    await intake.take(1);
    await shared.age();
    await held.note('new');
    expect((await intake.take(20)).map(({ entry }) => entry)).toEqual(['old']);
    expect((await intake.take(20)).map(({ entry }) => entry)).toEqual(['new']);
  });

  test('are known by the request that the bot says, and by what it says of it', async () => {
    const first = filing();
    const [other, second] = [anId(), anId()];
    await held.file(first);
    await intake.say(first.id, { refused: 'Nobody knows who that is.' });
    expect(await held.find('f1')).toEqual({ id: first.id, said: { refused: 'Nobody knows who that is.' } });
    await intake.say(second, { where: 'https://acme.slack.com/archives/C1/p1' });
    await intake.keep('f1', second);
    expect(await held.find('f1')).toEqual({ id: second, said: { where: 'https://acme.slack.com/archives/C1/p1' } });
    await intake.say(second, {});
    expect(await held.said(second)).toEqual({});
    await intake.keep('f9', other);
    expect(await held.find('f9')).toEqual({ id: other });
    expect(await held.file(filing({ instead: first.id }))).toEqual({ type: 'held', id: second });
  });

  test('are counted as often as they are tried, with who tried last; what one tries again within a second is one attempt', async () => {
    const before = await shared.clock.now();
    for (let nth = 0; nth < 3; nth += 1) await held.tried('f1', 'alice@example.com');
    expect(await intake.attempts('f1')).toMatchObject({ count: 1, by: 'alice@example.com' });
    await Promise.all(Array.from({ length: 20 }, (_, nth) => held.tried('f1', `flux-${nth}`)));
    expect((await intake.attempts('f1'))?.count).toBe(21);
    for (let nth = 0; nth < 2; nth += 1) await held.tried('f1', 'x'.repeat(1_000));
    const attempts = await intake.attempts('f1');
    expect(attempts).toMatchObject({ count: 22, by: 'x'.repeat(253) });
    expect(Math.abs(before.until(attempts?.last ?? before).total('seconds'))).toBeLessThan(5);
    await shared.second();
    await held.tried('f1', 'x'.repeat(253));
    expect((await intake.attempts('f1'))?.count).toBe(23);
    expect(await intake.attempts('f2')).toBeUndefined();
  });

  test('go on when all was lost: what is tried again is filed again, and taken in', async () => {
    await held.file(filing());
    await intake.take(20);
    await shared.empty();
    const again = filing({ entry: 'again' });
    expect(await held.find('f1')).toBeUndefined();
    expect(await held.file(again)).toEqual({ type: 'filed' });
    // The first look may meet that it is gone.
    const taken = await intake.take(20).catch(() => intake.take(20));
    expect(taken.map(({ entry }) => entry)).toEqual(['again']);
    await shared.empty();
    expect(await intake.take(20).catch(() => intake.take(20))).toEqual([]);
    await intake.settle('1-0');
  });
});

describe('several bots', () => {
  test('share what is there, and take over what one of them has left', async () => {
    const { held, intake, age } = await inRedis('hallpass-guard', 'hallpass-bot');
    const other = createRedisIntake({ commit: as('hallpass-bot'), listen: as('hallpass-bot', 'listen') }, 'other');
    for (let number = 0; number < 40; number += 1) await held.note(`note ${number}`);
    const taken = await Promise.all([intake.take(20), other.take(20)]);
    expect(new Set(taken.flat().map(({ entry }) => entry)).size).toBe(40);
    for (const { key } of taken[1]) await other.settle(key);
    await age();
    expect(await other.take(20)).toEqual(taken[0]);
  });

  test('that wait are handed what comes at once', async () => {
    const { held, intake } = await inRedis('hallpass-guard', 'hallpass-bot');
    const waiting = intake.take(20);
    await wait(100);
    const left = performance.now();
    await held.note('it came');
    expect(await waiting).toMatchObject([{ entry: 'it came' }]);
    expect(performance.now() - left).toBeLessThan(1_000);
  });
});

test('what was handed out in an answer that was lost is taken up three seconds later, and not at its time for what is given up', async () => {
  const admin = as('admin');
  await admin.flushall();
  const held = createRedisHeldWrites(admin);
  let losing = true;
  const proxy = await startRedisProxy(redis.server.port, {
    hold: ([command]) => (command?.toLowerCase() === 'xreadgroup' && losing ? 'after' : undefined),
    onHeld: () => {
      losing = false;
    },
  });
  const through = proxy.url.replace('redis://', 'redis://hallpass-bot:hallpass-bot@');
  const listen = redis.connect('listen', through);
  const intake = createRedisIntake({ commit: as('hallpass-bot'), listen }, 'bot');
  await held.note('a note');
  const from = performance.now();
  expect(await intake.take(20).catch(() => 'lost')).toBe('lost');
  const taken = await intake.take(20);
  expect(taken.map(({ entry }) => entry)).toEqual(['a note']);
  expect(performance.now() - from).toBeLessThan(4_500);
  // It is known to be under way here: it is not handed out to the same one again.
  expect(await intake.take(20)).toEqual([]);
  await proxy.stop();
});

test('what a process before this one has taken is taken up at once by the one that has its name', async () => {
  const { held } = await inRedis('admin', 'admin');
  const own = () => createRedisIntake({ commit: as('admin'), listen: as('admin', 'listen') }, 'bot-1');
  await held.note('a note');
  expect(await own().take(20)).toHaveLength(1);
  expect((await own().take(20)).map(({ entry }) => entry)).toEqual(['a note']);
});

test('a bot that waits while Redis is emptied goes on, and loses nothing that comes later', async () => {
  const { held, intake, empty } = await inRedis('hallpass-guard', 'hallpass-bot');
  const waiting = intake.take(20).catch((fault: unknown) => String(fault));
  await wait(100);
  await empty();
  await held.note('it came');
  const first = await waiting;
  const taken = Array.isArray(first) && first.length > 0 ? first : await intake.take(20).catch(() => intake.take(20));
  expect(taken).toMatchObject([{ entry: 'it came' }]);
});

describe('what Redis keeps', () => {
  test('goes by itself: each key has its time', async () => {
    const { held, intake } = await inRedis('hallpass-guard', 'hallpass-bot');
    const admin = as('admin');
    const { id, author } = filing();
    const lasts = async (key: string): Promise<number> => Math.ceil((await admin.pttl(key)) / 1_000);
    await held.file(filing({ id }));
    await held.tried('f1', author);
    expect(await lasts(keys.held('f1'))).toBe(3_600);
    expect(await lasts(keys.filedBy(author))).toBe(60);
    expect(await lasts(keys.tried('f1'))).toBe(3_600);
    await intake.keep('f1', id);
    expect(await lasts(keys.held('f1'))).toBe(400 * 86_400);
    await intake.refuse('f2', id, { refused: 'no' }, 30);
    expect(await lasts(keys.said(id))).toBe(30);
    expect(await lasts(keys.held('f2'))).toBe(30);
    await intake.say(id, { where: 'there' });
    expect(await lasts(keys.said(id))).toBe(400 * 86_400);
    for (const { key } of await intake.take(20)) await intake.settle(key);
    expect(await admin.xlen(keys.intake)).toBe(0);
  });

  test('of an author is nothing but a digest of a name', async () => {
    const { held } = await inRedis('hallpass-guard', 'hallpass-bot');
    await held.file(filing({ author: 'a }b {c} \n alice' }));
    expect((await as('admin').keys('*')).join(' ')).not.toContain('alice');
  });

  test('and Hallpass did not write is a fault that names the key, and changes nothing', async () => {
    const { held, intake } = await inRedis('hallpass-guard', 'hallpass-bot');
    const admin = as('admin');
    const { id } = filing();
    const foreign = async (key: string): Promise<void> => {
      await admin.flushall();
      await admin.hset(key, 'foreign', 'value');
    };
    await foreign(keys.held('f1'));
    await expect(held.find('f1')).rejects.toThrow(keys.held('f1'));
    await expect(held.file(filing())).rejects.toThrow();
    await foreign(keys.filedBy(filing().author));
    await expect(held.file(filing())).rejects.toThrow();
    await foreign(keys.intake);
    await expect(held.file(filing())).rejects.toThrow();
    await expect(held.note('a note')).rejects.toThrow();
    await expect(intake.take(20)).rejects.toThrow(keys.intake);
    await expect(intake.settle('1-0')).rejects.toThrow(keys.intake);
    expect(await admin.keys('*')).toEqual([keys.intake]);
    await foreign(keys.said(id));
    await expect(held.said(id)).rejects.toThrow(keys.said(id));
    await foreign(keys.tried('f1'));
    await expect(intake.attempts('f1')).rejects.toThrow(keys.tried('f1'));
    await admin.flushall();
    await admin.set(keys.tried('f1'), 'text');
    await expect(intake.attempts('f1')).rejects.toThrow(keys.tried('f1'));
    await admin.del(keys.tried('f1'));
    await admin.hset(keys.tried('f1'), { count: '1', last: '9'.repeat(16), by: 'x' });
    await expect(intake.attempts('f1')).rejects.toThrow(keys.tried('f1'));
    await admin.set(keys.held('f1'), 'not an id');
    await expect(held.find('f1')).rejects.toThrow(keys.held('f1'));
    await expect(held.file(filing())).rejects.toThrow(keys.held('f1'));
  });

  test('and is not understood of what is said is as good as nothing said', async () => {
    const { held } = await inRedis('hallpass-guard', 'hallpass-bot');
    const id = anId();
    for (const text of ['{', '[]', '{"refused":1}', '{"where":"a","allowed":true}']) {
      await as('admin').set(keys.said(id), text);
      expect(await held.said(id)).toBeUndefined();
    }
  });

  test('as an entry without a text is handed out as an empty one, and can be settled', async () => {
    const { intake } = await inRedis('hallpass-guard', 'hallpass-bot');
    const admin = as('admin');
    await admin.xadd(keys.intake, '*', 'other', 'text');
    const [taken] = await intake.take(20);
    expect(taken?.entry).toBe('');
    await intake.settle(taken?.key ?? '');
    expect(await admin.xlen(keys.intake)).toBe(0);
  });
});
