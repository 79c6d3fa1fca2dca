import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSigningKeys } from '#adapters/http/standard-webhook.ts';
import { createWebhookSink, sinkNameOf } from '#adapters/http/webhook-sink.ts';
import { createRedisAuditStream } from '#adapters/redis/audit-stream.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys as redisKeys } from '#adapters/redis/keys.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Destination } from '#domain/outgoing/destination.ts';
import { readChain } from '#domain/request/chain.ts';
import { every } from '#src/every.ts';
import { scrub } from '#src/log.ts';
import { destination } from '#test/build/destinations.ts';
import { bob } from '#test/build/people.ts';
import { activated, approved, ended, submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { hang, type ReceivingServer, startReceiver, status } from '#test/contract/parts/receiver.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { type RedisWithUsers, startRedisWithUsers } from '#test/contract/parts/redis-with-users.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createAuditLines } from '#use-cases/audit-lines.ts';
import { createAuditFollower } from '#use-cases/follow-audit.ts';
import type { EventStore } from '#use-cases/ports.ts';
import { readBacklog } from '#use-cases/sink-cursor.ts';

const keys = createMemoryKeys();
const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let redis: RedisWithUsers;
let admin: Redis;
let store: EventStore;
let receiver: ReceivingServer;
beforeAll(async () => {
  redis = await startRedisWithUsers();
  admin = redis.admin;
  store = createRedisEventStore(admin, createRedisClock(admin));
});
afterAll(() => redis?.stop());
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  await admin.flushall();
  receiver = await startReceiver();
  closing.push(receiver.stop);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A bot as far as it follows for one destination, with the rights that it has. */
const following = (changed: Partial<Destination> = {}) => {
  const connection = redis.connect('commit', redis.urlOf('bot'));
  const clock = createRedisClock(connection);
  const alarms: string[] = [];
  const alarm = (message: string) => void alarms.push(message);
  const reports: number[] = [];
  const to = destination({ url: receiver.url, ...changed });
  const sink = createWebhookSink({
    destination: to,
    source: '/hallpass',
    readKeys: async () => parseSigningKeys(key),
    alarm,
    info: () => {},
    count: () => {},
    pace: { timeout: 500, first: 30, most: 100, slow: 100, patience: 60_000, remind: 60_000 },
  });
  closing.push(sink.close);
  const stopping = new AbortController();
  const cursors = createRedisProjectionStore(connection, 'audit');
  const stream = createRedisAuditStream(connection);
  const ports = {
    stream,
    log: createLogReader(connection),
    lines: createAuditLines({ store: createRedisEventStore(connection, clock), trust: keys.trust, alarm, scrub }),
    trust: keys.trust,
    cursors,
    clock,
    pause: (milliseconds: number) => wait(milliseconds),
    info: () => {},
    report: (_: string, behind: number) => void reports.push(behind),
  };
  const round = createAuditFollower(ports, sink, stopping.signal);
  return {
    round,
    alarms,
    reports,
    backlog: () => readBacklog({ stream, cursors }, sinkNameOf(to)),
    /** As the bot does, until it is stopped. */
    running: () => {
      const running = every(20, round, () => {});
      return async () => {
        stopping.abort();
        await running.stop();
      };
    },
  };
};

const whole = [submitted(), { type: 'voted', by: bob, revision: 1 } as const, approved, activated, ended];
const types = ['submitted', 'voted', 'approved', 'activated', 'ended'];
const file = async (events: Parameters<typeof fileIn>[3] = whole): Promise<RequestId> => {
  const id = anId();
  await fileIn(store, keys, id, events, Temporal.Now.instant());
  return id;
};
const gotOf = (id: RequestId, { got }: ReceivingServer = receiver): readonly string[] =>
  got.flatMap(({ event }) => (event.subject === id ? [event.type.split('.')[3] ?? ''] : []));
const idsIn = ({ got }: ReceivingServer): readonly string[] => got.map(({ event }) => event.id);
const until = async (look: () => boolean): Promise<void> => {
  for (const started = performance.now(); !look(); await wait(10))
    if (performance.now() - started > 15_000) throw new Error('It did not come to pass');
};

describe('a destination', () => {
  it('gets what happens from when it was named on, each event once, in order, and signed', async () => {
    const before = await file();
    const bot = following();
    await bot.round();
    const [one, other] = [await file(), await file([submitted()])];
    await bot.round();
    await bot.round();
    expect(gotOf(before)).toEqual([]);
    expect([gotOf(one), gotOf(other)]).toEqual([types, ['submitted']]);
    expect(new Set(idsIn(receiver)).size).toBe(6);
    for (const { body, headers } of receiver.got)
      expect(new Webhook(key).verify(body, headers)).toMatchObject({ specversion: '1.0', data: { verified: true } });
    expect(bot.reports.at(-1)).toBe(0);
    expect(bot.alarms).toEqual([]);
  });

  it('that asks for it gets all there was before, too', async () => {
    const before = [await file(), await file()];
    await admin.del(redisKeys.audit);
    const bot = following({ history: true });
    await bot.round();
    for (const id of before) expect(gotOf(id)).toEqual(types);
    expect(new Set(idsIn(receiver)).size).toBe(10);
  });

  it('gets the events that it names, of the places that it names', async () => {
    const bot = following({ events: ['submitted', 'ended'], namespaces: ['shop*'], clusters: ['prod'] });
    await bot.round();
    const [here, elsewhere] = [await file(), await file([submitted({ namespace: 'bank' })])];
    await bot.round();
    expect([gotOf(here), gotOf(elsewhere)]).toEqual([['submitted', 'ended'], []]);
    expect(bot.reports.at(-1)).toBe(0);
  });

  it('goes on where it was after a restart, in the middle of a request, and gets nothing twice', async () => {
    const first = following();
    await first.round();
    receiver.answer(status(200), status(200), status(500));
    const stop = first.running();
    const id = await file();
    await until(() => receiver.got.length >= 3);
    await stop();
    receiver.answer(status(200));
    const tried = receiver.got.splice(0).map(({ event }) => event.type.split('.')[3]);
    expect(tried.slice(0, 3)).toEqual(['submitted', 'voted', 'approved']);
    await following().round();
    expect(gotOf(id)).toEqual(['approved', 'activated', 'ended']);
  });

  it('gets one event a second time, with the same id, when the bot is killed before it has written down that it was taken', async () => {
    const first = following();
    await first.round();
    const id = await file();
    receiver.answer((response) => {
      // As if the process ended here: nothing that it says afterwards counts.
      void admin
        .hincrby(redisKeys.view('audit', 'webhook:tickets'), 'version', 1)
        .then(() => response.writeHead(200).end());
    });
    await first.round();
    expect(gotOf(id)).toEqual(['submitted']);
    receiver.answer(status(200));
    await following().round();
    expect(gotOf(id)).toEqual(['submitted', ...types]);
    expect(new Set(idsIn(receiver)).size).toBe(types.length);
  });

  it('that refuses an event gets nothing behind it, and everything once it takes it', async () => {
    await file();
    const bot = following();
    await bot.round();
    receiver.answer(status(422));
    const [one, other] = [await file(), await file()];
    const stop = bot.running();
    await until(() => receiver.got.length >= 3);
    expect(new Set(idsIn(receiver)).size).toBe(1);
    expect(await bot.backlog()).toMatchObject({ entries: 10, atLeast: false });
    receiver.answer(status(200));
    await until(() => gotOf(other).includes('ended'));
    // What was taken is written down a moment later.
    await expect.poll(() => bot.backlog()).toMatchObject({ entries: 0 });
    await stop();
    expect(gotOf(one).filter((type) => type !== 'submitted')).toEqual(types.slice(1));
    expect(gotOf(other)).toEqual(types);
    expect(bot.alarms).toEqual(['A webhook refuses events']);
    expect(await following().backlog()).toEqual({ seconds: 0, entries: 0, atLeast: false });
  });

  it('that hangs, or is dead, holds up no other', async () => {
    const hanging = await startReceiver([hang]);
    closing.push(hanging.stop);
    const bots = [
      following({ name: 'hanging', url: hanging.url }),
      following({ name: 'dead', url: 'http://127.0.0.1:1/' }),
      following({ name: 'well' }),
      following({ name: 'too' }),
    ];
    for (const bot of bots) await bot.round();
    const stops = bots.map((bot) => bot.running());
    const started = performance.now();
    const id = await file();
    await until(() => gotOf(id).filter((type) => type === 'ended').length === 2);
    expect(performance.now() - started).toBeLessThan(5_000);
    await Promise.all(stops.map((stop) => stop()));
    expect(new Set(hanging.got.map(({ event }) => event.id)).size).toBe(1);
  });

  it('is followed for by one of several bots at a time: in order, and nothing twice', async () => {
    const bots = [following(), following(), following()];
    await bots[0]?.round();
    const stops = bots.map((bot) => bot.running());
    const all: RequestId[] = [];
    for (let done = 0; done < 15; done += 1) all.push(await file());
    await until(() => receiver.got.length >= 75);
    await Promise.all(stops.map((stop) => stop()));
    for (const id of all) expect(gotOf(id)).toEqual(types);
    expect(receiver.got).toHaveLength(75);
  });

  it('that says to wait, or that it is gone, is asked by none of several bots meanwhile', async () => {
    const bots = [following(), following(), following()];
    await file();
    await bots[0]?.round();
    receiver.answer(status(429, { 'retry-after': '1' }), status(410));
    const stops = bots.map((bot) => bot.running());
    await file();
    await until(() => receiver.got.length >= 2);
    const [first, second] = receiver.got.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(1_000);
    await wait(1_500);
    expect(receiver.got).toHaveLength(2);
    expect(bots.flatMap(({ alarms }) => alarms)).toHaveLength(1);
    await Promise.all(stops.map((stop) => stop()));
  });

  it('that one of several bots cannot reach gets everything by another', async () => {
    const [cut, well] = [following({ url: 'http://127.0.0.1:1/' }), following()];
    await file();
    await cut.round();
    const stops = [cut.running()];
    const id = await file();
    await wait(300);
    stops.push(well.running());
    await until(() => gotOf(id).includes('ended'));
    await Promise.all(stops.map((stop) => stop()));
    expect(gotOf(id)).toEqual(types);
  });

  it('loses nothing where the stream does not go back far enough, and goes on in the middle of the logs', async () => {
    const bot = following();
    await file();
    await bot.round();
    const all = [await file(), await file(), await file()];
    await admin.xtrim(redisKeys.audit, 'MAXLEN', 2);
    const seven = Array.from({ length: 7 }, () => status(200));
    receiver.answer(status(200), ...seven, status(500));
    const stop = bot.running();
    await until(() => receiver.got.length >= 9);
    await stop();
    const before = idsIn(receiver).slice(0, 8);
    receiver.got.splice(0);
    receiver.answer(status(200));
    const next = following();
    await next.round();
    const after = idsIn(receiver);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    for (const id of all) {
      const chain = readChain(id, await store.read(id), keys.trust);
      const hashes = chain.ok ? (chain.value?.entries.map(({ hash }) => hash) ?? []) : [];
      expect(hashes).toHaveLength(types.length);
      expect([...before, ...after].filter((one) => hashes.includes(one))).toEqual(hashes);
    }
    const last = await file();
    await next.round();
    expect(gotOf(last)).toEqual(types);
  });

  it('whose place somebody spoiled gets everything once more, although it began with what happened then', async () => {
    const before = await file();
    const bot = following();
    await bot.round();
    await admin.hset(redisKeys.view('audit', 'webhook:tickets'), 'value', '{"place":7}');
    await bot.round();
    expect(gotOf(before)).toEqual(types);
  });
});

describe('what is in no audit line', () => {
  it('goes nowhere: a token that somebody typed is taken out, and the message stays JSON with a good signature', async () => {
    const bot = following();
    await bot.round();
    const typed = 'xoxb-1111-2222-typedByMistake';
    const id = await file([submitted({ reason: `Bearer abc"def ${typed} fails` })]);
    await bot.round();
    const [got] = receiver.got;
    if (got === undefined) throw new Error('Nothing came');
    expect(new Webhook(key).verify(got.body, got.headers)).toMatchObject({
      subject: id,
      data: { details: { reason: '[secret] [secret] fails' } },
    });
    expect(JSON.stringify(receiver.got)).not.toContain(typed);
  });

  it('what cannot be believed goes to whom asks for it, marked, and holds up nothing', async () => {
    await file();
    const bot = following({ events: ['unreadable', 'ended'] });
    await bot.round();
    const id = await file();
    await admin.xadd(redisKeys.audit, '*', 'request', id, 'version', '2', 'line', 'forged');
    await admin.xadd(redisKeys.audit, '*', 'rubbish', 'x');
    const next = await file();
    await bot.round();
    expect(receiver.got.map(({ event }) => event.type.split('.')[3])).toEqual([
      'ended',
      'unreadable',
      'unreadable',
      'ended',
    ]);
    expect(gotOf(next)).toEqual(['ended']);
    expect(bot.alarms).toHaveLength(2);
  });
});
