import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisAuditStream } from '#adapters/redis/audit-stream.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import type { RequestId } from '#domain/ids.ts';
import { readChain } from '#domain/request/chain.ts';
import { scrub } from '#src/log.ts';
import { bob } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { type RedisWithUsers, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createAuditLines } from '#use-cases/audit-lines.ts';
import { type AuditSink, createAuditFollower } from '#use-cases/follow-audit.ts';
import type { EventStore } from '#use-cases/ports.ts';

const keys = createMemoryKeys();

let redis: RedisWithUsers;
let admin: Redis;
let store: EventStore;

beforeAll(async () => {
  redis = await startRedisWithUsers();
  admin = redis.admin;
  store = createRedisEventStore(admin, createRedisClock(admin));
});
afterAll(async () => {
  await redis?.stop();
});
beforeEach(async () => {
  await admin.flushall();
});

type Line = { id: string; request: RequestId; version: number; event: string; verified: boolean; kind: string | null };

/** A bot as far as it follows: what its sink took, and how it can be made to take nothing. */
const following = () => {
  const connection = redis.connect('commit', redis.urlOf('bot'));
  const clock = createRedisClock(connection);
  const taken: Line[] = [];
  const alarms: string[] = [];
  const reports: { behind: number; lines: number }[] = [];
  const state = {
    takes: true,
    ready: true,
    during: async (): Promise<void> => {},
    beforeIds: async (): Promise<void> => {},
  };
  const reader = createLogReader(connection);
  const ids = async () => {
    await state.beforeIds();
    return reader.ids();
  };
  const sink: AuditSink = {
    name: 'siem',
    isReady: () => state.ready,
    write: async (lines) => {
      await state.during();
      if (!state.takes) return false;
      taken.push(...lines.map((line): Line => JSON.parse(line)));
      return true;
    },
  };
  const stopping = new AbortController();
  const alarm = (message: string) => void alarms.push(message);
  const round = createAuditFollower(
    {
      stream: createRedisAuditStream(connection),
      log: { ...reader, ids },
      lines: createAuditLines({ store: createRedisEventStore(connection, clock), trust: keys.trust, alarm, scrub }),
      trust: keys.trust,
      cursors: createRedisProjectionStore(connection, 'audit'),
      clock,
      pause: (milliseconds) => wait(milliseconds),
      info: () => {},
      report: (_, behind, lines) => void reports.push({ behind, lines }),
    },
    sink,
    stopping.signal,
  );
  return { round, taken, alarms, reports, state, stop: () => stopping.abort() };
};

const whole = [submitted(), { type: 'voted', by: bob, revision: 1 } as const, approved, activated, ended];
const types = ['submitted', 'voted', 'approved', 'activated', 'ended'];
const file = async (events: Parameters<typeof fileIn>[3] = whole, at = Temporal.Now.instant()): Promise<RequestId> => {
  const id = anId();
  await fileIn(store, keys, id, events, at);
  return id;
};
const eventsOf = (lines: readonly Line[], id: RequestId): readonly string[] =>
  lines.filter(({ request }) => request === id).map(({ event }) => event);
const ids = (lines: readonly Line[]): readonly string[] => lines.map(({ id }) => id);
const isUnique = (lines: readonly Line[]): boolean => new Set(ids(lines)).size === lines.length;

describe('what follows the stream of entries, with the rights of the bot', () => {
  it('gives each entry once, in order, with the hash that the log has for it', async () => {
    const bot = following();
    await bot.round();
    expect(bot.taken).toEqual([]);
    const [one, other] = [await file(), await file([submitted()])];
    await bot.round();
    await bot.round();
    expect(eventsOf(bot.taken, one)).toEqual(types);
    expect(eventsOf(bot.taken, other)).toEqual(['submitted']);
    expect(isUnique(bot.taken)).toBe(true);
    const chain = readChain(one, await store.read(one), keys.trust);
    expect(chain.ok && chain.value?.entries.map(({ hash: of }) => of)).toEqual(
      ids(bot.taken.filter(({ request }) => request === one)),
    );
    expect(new Set(bot.taken.map(({ kind }) => kind))).toEqual(new Set(['access']));
    expect(bot.reports.at(-1)).toEqual({ behind: 0, lines: 0 });
    expect(bot.alarms).toEqual([]);
  });

  it('gives what is committed just while it begins once, too', async () => {
    const bot = following();
    let id: RequestId | undefined;
    bot.state.beforeIds = async () => {
      id ??= await file();
    };
    await bot.round();
    await bot.round();
    expect(eventsOf(bot.taken, id ?? anId())).toEqual(types);
    const other = await file();
    await bot.round();
    expect(eventsOf(bot.taken, other)).toEqual(types);
    expect(isUnique(bot.taken)).toBe(true);
  });

  it('goes on where it was after a restart, also in the middle of a request', async () => {
    const first = following();
    const id = anId();
    await fileIn(store, keys, id, [submitted()], Temporal.Now.instant());
    await first.round();
    first.stop();
    const line = await store.read(id);
    const chain = readChain(id, line, keys.trust);
    expect(chain.ok).toBe(true);
    const other = await file();
    const second = following();
    await second.round();
    expect(eventsOf([...first.taken, ...second.taken], id)).toEqual(['submitted']);
    expect(eventsOf(second.taken, other)).toEqual(types);
  });

  it('offers again what was not taken, and says how far it is behind', async () => {
    const bot = following();
    await bot.round();
    bot.state.takes = false;
    const id = await file();
    await bot.round();
    expect(bot.taken).toEqual([]);
    await wait(1_200);
    const later = await file();
    bot.state.ready = false;
    await bot.round();
    expect(bot.reports.at(-1)?.behind).toBeGreaterThan(1);
    bot.state.takes = true;
    bot.state.ready = true;
    await bot.round();
    expect(eventsOf(bot.taken, id)).toEqual(types);
    expect(eventsOf(bot.taken, later)).toEqual(types);
    expect(isUnique(bot.taken)).toBe(true);
    expect(bot.reports.at(-1)).toEqual({ behind: 0, lines: 10 });
  });

  it('gives everything that was there before it was set up, more than it holds at a time', async () => {
    const all: RequestId[] = [];
    for (let done = 0; done < 130; done += 1) all.push(await file());
    await admin.del(redisKeys.audit);
    const bot = following();
    await bot.round();
    expect(bot.taken).toHaveLength(650);
    expect(isUnique(bot.taken)).toBe(true);
    for (const id of all) expect(eventsOf(bot.taken, id)).toEqual(types);
  });

  it('is one at a time of several, and loses nothing when one stops in between', async () => {
    const bots = [following(), following(), following()];
    const all: RequestId[] = [await file()];
    await bots[0]?.round();
    const filing = (async () => {
      for (let done = 0; done < 40; done += 1) all.push(await file());
    })();
    const rounds = async (bot: (typeof bots)[number], count: number): Promise<void> => {
      for (let done = 0; done < count; done += 1) await bot.round();
      bot.stop();
    };
    await Promise.all([filing, ...bots.map((bot, index) => rounds(bot, 10 * index + 5))]);
    const last = following();
    await last.round();
    const taken = [...bots, last].flatMap((bot) => bot.taken);
    expect(isUnique(taken)).toBe(true);
    expect(taken).toHaveLength(205);
    for (const bot of [...bots, last])
      for (const id of all) {
        const versions = bot.taken.filter(({ request }) => request === id).map(({ version }) => version);
        expect(versions).toEqual(versions.toSorted((one, other) => one - other));
      }
  });

  it('offers again after a crash what the sink had and the place does not say', async () => {
    const first = following();
    await file();
    await first.round();
    const before = first.taken.length;
    const id = await file();
    first.state.during = async () => {
      // As if the process ended here: nothing that it says afterwards counts.
      await admin.hincrby(redisKeys.view('audit', 'siem'), 'version', 1);
    };
    await first.round();
    expect(eventsOf(first.taken, id)).toEqual(types);
    const second = following();
    await second.round();
    expect(ids(second.taken)).toEqual(ids(first.taken.slice(before)));
  });
});

describe('where the stream does not go back far enough', () => {
  const trim = (most: number) => admin.xtrim(redisKeys.audit, 'MAXLEN', most);

  it('because it was cut, the logs are read anew and nothing is lost', async () => {
    const bot = following();
    const old = await file(whole, Temporal.Now.instant().subtract({ hours: 48 }));
    await bot.round();
    const all = [await file(), await file(), await file()];
    await trim(3);
    await bot.round();
    for (const id of all) expect(eventsOf(bot.taken, id)).toEqual(types);
    // It was given before, and is older than what has to be looked at again.
    expect(eventsOf(bot.taken, old)).toEqual(types);
    const next = await file();
    await bot.round();
    expect(eventsOf(bot.taken, next)).toEqual(types);
    expect(isUnique(bot.taken)).toBe(true);
  });

  it('because it is gone, and filled anew, the logs are read', async () => {
    const bot = following();
    await file();
    await bot.round();
    const lost = await file();
    await admin.del(redisKeys.audit);
    const next = await file();
    await bot.round();
    expect(eventsOf(bot.taken, lost)).toEqual(types);
    expect(eventsOf(bot.taken, next)).toEqual(types);
  });

  it('because it is gone and stays empty, the logs are read once', async () => {
    const bot = following();
    const early = await file();
    await bot.round();
    const lost = await file();
    await admin.del(redisKeys.audit);
    for (let times = 0; times < 3; times += 1) await bot.round();
    expect(eventsOf(bot.taken, lost)).toEqual(types);
    // Once more at most: it is within the hour before.
    expect(eventsOf(bot.taken, early)).toEqual([...types, ...types]);
  });

  it('because Redis was restored, what comes then is given', async () => {
    const bot = following();
    const before = await file();
    await bot.round();
    const saved = await Promise.all(
      (await admin.keys('*')).map(async (key) => ({ key, dump: await admin.dumpBuffer(key) })),
    );
    const lost = await file();
    await bot.round();
    await admin.flushall();
    for (const { key, dump } of saved) await admin.restore(key, 0, dump ?? Buffer.alloc(0));
    const after = await file();
    await bot.round();
    expect(eventsOf(bot.taken, before)).toEqual(types);
    expect(eventsOf(bot.taken, lost)).toEqual(types);
    expect(eventsOf(bot.taken, after)).toEqual(types);
  });

  it('it goes on in the middle of the logs, where a sink stopped taking them', async () => {
    for (let done = 0; done < 60; done += 1) await file();
    const bot = following();
    let calls = 0;
    bot.state.during = async () => {
      calls += 1;
      bot.state.takes = calls < 3;
    };
    await bot.round();
    const before = bot.taken.length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(300);
    const next = following();
    await next.round();
    expect(new Set(ids([...bot.taken, ...next.taken])).size).toBe(300);
    expect(next.taken.length).toBeLessThan(300);
  });
});

describe('what cannot be believed', () => {
  it('goes out marked, is told of, and holds up nothing', async () => {
    const bot = following();
    const id = await file();
    await bot.round();
    const forged = ((await store.read(id))[1] ?? '').replace('"revision":1', '"revision":2');
    await admin.xadd(redisKeys.audit, '*', 'request', id, 'version', '2', 'line', forged);
    await admin.xadd(redisKeys.audit, '*', 'rubbish', 'x');
    const next = await file();
    await bot.round();
    expect(eventsOf(bot.taken, next)).toEqual(types);
    expect(bot.taken.filter(({ verified }) => !verified)).toEqual([
      expect.objectContaining({ request: id, version: 2, event: 'unreadable' }),
      expect.objectContaining({ request: '', event: 'unreadable' }),
    ]);
    expect(bot.alarms).toHaveLength(2);
  });

  it('is a place that somebody spoiled: everything goes out once more', async () => {
    const bot = following();
    const id = await file();
    await bot.round();
    await admin.hset(redisKeys.view('audit', 'siem'), 'value', '{"place":7}');
    await bot.round();
    expect(eventsOf(bot.taken, id)).toEqual([...types, ...types]);
  });

  it('is a stream that is none: that is a fault, and passes', async () => {
    const bot = following();
    await bot.round();
    await admin.set(redisKeys.audit, 'foreign');
    await expect(bot.round()).rejects.toThrow();
    await admin.del(redisKeys.audit);
    const id = await file();
    await bot.round();
    expect(eventsOf(bot.taken, id)).toEqual(types);
  });
});
