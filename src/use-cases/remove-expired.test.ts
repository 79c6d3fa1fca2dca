import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Checkpoint,
  checkpointLine,
  type Latest,
  readCheckpoint,
  writeCheckpoint,
} from '#domain/audit/checkpoint.ts';
import { type FoundCheckpoint, judgeCheckpoints } from '#domain/audit/judge-checkpoints.ts';
import { judgeLog } from '#domain/audit/judge-log.ts';
import { seeEntry } from '#domain/audit/see-entry.ts';
import type { RequestId } from '#domain/ids.ts';
import { extend, readChain } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import { alice, bob, id } from '#test/build/people.ts';
import { policy } from '#test/build/policy.ts';
import { approved, submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { createMemoryCheckpointStore, type MemoryCheckpointStore } from '#test/memory/checkpoint-store.ts';
import { createMemoryClock, type MemoryClock } from '#test/memory/clock.ts';
import { createMemoryEventStore, type MemoryEventStore } from '#test/memory/event-store.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryRemovalStore } from '#test/memory/removal-store.ts';
import { createAnchoredLogs } from './anchored-logs.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import { createHeads } from './heads.ts';
import type { Posted } from './removal-ports.ts';
import { createRemoval } from './remove-expired.ts';
import { indexOf } from './request-log.ts';
import { createCheckpoints } from './write-checkpoints.ts';

const keys = createMemoryKeys();
const [one, other, third] = [id('k7m2-qx'), id('k7m2-q3'), id('k7m2-q4')];
const withdrawn: RequestEvent = { type: 'withdrawn', by: alice };
const voted: RequestEvent = { type: 'voted', by: bob, revision: 1 };

let clock: MemoryClock;
let logs: MemoryEventStore;
let checkpoints: MemoryCheckpointStore;
let alarms: string[];
let told: Readonly<Record<string, unknown>>[];
/** What stands in the channel; Slack is away while it is 'away'. */
let posted: readonly string[] | 'away';
let retention: number | undefined;
/** Hours that Redis’ clock is ahead of every other. */
let ahead: number;
/** When Slack has taken each line. */
let takenAt: Map<string, Temporal.Instant>;
/** What others do while the channel is read. */
let meanwhile: () => Promise<void>;
beforeEach(() => {
  clock = createMemoryClock();
  logs = createMemoryEventStore(clock);
  checkpoints = createMemoryCheckpointStore(logs, clock);
  alarms = [];
  told = [];
  posted = [];
  retention = 400;
  ahead = 0;
  takenAt = new Map();
  meanwhile = async () => {};
});

const seen = (line: string): FoundCheckpoint => readCheckpoint(line, keys.trust) ?? { isGenuine: false };
const latestPosted = async (): Promise<Latest | undefined> => {
  if (posted === 'away') throw new Error('Slack is away');
  return seen(posted.at(-1) ?? '').checkpoint;
};
const real = { now: async () => (await clock.now()).subtract({ hours: ahead }) };
const postedSince = async (): Promise<readonly Posted[]> => {
  await meanwhile();
  return (posted === 'away' ? [] : posted).flatMap((line) => {
    const { checkpoint } = seen(line);
    const at = takenAt.get(line);
    return checkpoint === undefined || at === undefined ? [] : [{ ...checkpoint, at }];
  });
};
/** A bot of its own, as another process would be. */
const bot = (removals = createMemoryRemovalStore(logs, checkpoints)) => {
  const ports = {
    clock,
    store: checkpoints.watched,
    signer: keys.signer('bot'),
    trust: keys.trust,
    alarm: (message: string) => void alarms.push(message),
    heads: createHeads(),
    settings: () => ({ policy: policy({ auditChannel: 'C0CHECKS', retention }), identities: [], kinds: [] }),
    checkpoints,
    removals,
    latestPosted,
    postedSince,
    clocks: { machine: real, slack: real },
    info: (_: string, fields: Readonly<Record<string, unknown>>) => void told.push(fields),
  };
  const [writer, anchored] = [createCheckpointWriter(ports), createAnchoredLogs(ports)];
  return { gather: createCheckpoints(ports, writer, anchored), remove: createRemoval(ports, writer, anchored) };
};
type Bot = ReturnType<typeof bot>;

const lines = () => checkpoints.lines(0, 1_000);
const post = async (all?: readonly string[]): Promise<void> => {
  posted = all ?? (await lines());
  for (const line of posted) if (!takenAt.has(line)) takenAt.set(line, await real.now());
};
const file = async (request: RequestId, ...events: readonly RequestEvent[]): Promise<void> => {
  const [first = submitted(), ...rest] = events;
  await fileIn(checkpoints.watched, keys, request, [first, ...rest], await clock.now());
  await logs.markShown(request, (await logs.read(request)).length);
};
/** One event more. */
const add = async (request: RequestId, event: RequestEvent): Promise<void> => {
  const read = readChain(request, await logs.read(request), keys.trust);
  if (!read.ok || read.value === undefined) throw new Error('There is no such log');
  const signer = keys.signer(authorOf(event.type));
  const { lines, chain } = extend(request, read.value, [event], await clock.now(), signer, keys.trust);
  await checkpoints.watched.append(request, read.value.entries.length, lines, indexOf(chain.request));
  await logs.markShown(request, chain.entries.length);
};
const gather = async ({ gather }: Bot): Promise<void> => {
  await gather();
  clock.advance({ minutes: 1 });
  await gather();
};
const round = async ({ gather, remove }: Bot): Promise<void> => {
  clock.advance({ hours: 1 });
  await gather();
  await remove();
  await post();
};
const days = (count: number): void => clock.advance({ hours: 24 * count });
const stands = async (...of: readonly RequestId[]): Promise<readonly RequestId[]> => {
  const found: RequestId[] = [];
  for (const request of of) if ((await logs.read(request)).length > 0) found.push(request);
  return found;
};
const recorded = async (): Promise<readonly (readonly RequestId[])[]> =>
  (await lines()).flatMap((line) => {
    const removed = seen(line).checkpoint?.removed;
    return removed === undefined ? [] : [removed.map(([of]) => of)];
  });
/** What an audit would say of these requests. */
const audit = async (...of: readonly RequestId[]): Promise<readonly string[]> => {
  const [store, channel] = [(await lines()).map(seen), (posted === 'away' ? [] : posted).map(seen)];
  const { findings, witnesses, removals } = judgeCheckpoints({ store, channel }, await clock.now());
  const judged = await Promise.all(
    of.map(async (request) => {
      const entries = (await logs.read(request)).map((line) => seeEntry(line, keys.trust));
      return judgeLog(request, entries, witnesses.get(request), removals.get(request)).findings;
    }),
  );
  return [...findings, ...judged.flat()].map(({ what, request, why }) => `${what} ${request}: ${why}`);
};

test('a log goes once its time is over, after a checkpoint in the channel has said so', async () => {
  const it = bot();
  await file(one, submitted(), withdrawn);
  await file(other, submitted());
  await gather(it);
  days(399);
  await round(it);
  expect(await recorded()).toEqual([]);
  days(1);
  await round(it);
  expect(await recorded()).toEqual([[one]]);
  expect(await stands(one, other)).toEqual([one, other]);
  expect(await audit(one, other)).toEqual([]);
  await round(it);
  expect(await stands(one, other)).toEqual([other]);
  expect(await audit(one, other)).toEqual([]);
  expect(told).toEqual([
    { removed: 0, recorded: 1, retention: 400 },
    { removed: 1, recorded: 0, retention: 400 },
  ]);
  for (let more = 0; more < 3; more += 1) await round(it);
  expect(await recorded()).toEqual([[one]]);
  expect(alarms).toEqual([]);
});

test('without a retention nothing is ever removed, and none is begun once it is taken away', async () => {
  retention = undefined;
  const it = bot();
  await file(one, submitted(), withdrawn);
  await gather(it);
  days(5_000);
  await round(it);
  await round(it);
  expect(await recorded()).toEqual([]);
  expect(await stands(one)).toEqual([one]);
});

test('150 are in one checkpoint, and the oldest are first', async () => {
  const it = bot();
  const letters = [...'23456789abcdefghjkmnpqrstuvwxyz'];
  const many = letters.slice(0, 10).flatMap((a) => letters.slice(0, 20).map((b) => id(`k7m2-${a}${b}`)));
  for (const request of many) {
    await file(request, submitted(), withdrawn);
    clock.advance({ seconds: 1 });
  }
  await gather(it);
  days(401);
  await round(it);
  expect((await recorded()).map(({ length }) => length)).toEqual([150, 50]);
  expect((await recorded()).flat()).toEqual(many);
  await round(it);
  expect(await stands(...many)).toEqual([]);
  expect(await audit(...many)).toEqual([]);
});

describe('a log is kept', () => {
  const kept = async (): Promise<void> => {
    const it = bot();
    await gather(it);
    days(1_000);
    for (let rounds = 0; rounds < 3; rounds += 1) await round(it);
    expect(await recorded()).toEqual([]);
    expect(await stands(one)).toEqual([one]);
  };

  test('while its request waits, was approved, or is in force', async () => {
    await file(one, submitted());
    await kept();
  });

  test('while it waits to be shown', async () => {
    await fileIn(checkpoints.watched, keys, one, [submitted(), withdrawn], await clock.now());
    await kept();
  });

  test('while somebody is still to look at what was taken by break-glass', async () => {
    const { approval } = submitted();
    const taken = submitted({ approval: { ...approval, auto: true, breakGlass: { remindEvery: 3_600 } } });
    const lapsed: RequestEvent = { type: 'lapsed', why: 'the cluster was away', made: true };
    await file(one, taken, { ...approved, by: [], auto: true }, lapsed);
    await kept();
  });

  test.each([
    ['is filed for it', submitted({ follows: { request: one, why: 'it was denied' } })],
    [
      'goes on from it',
      submitted({
        extends: {
          request: one,
          startedAt: Temporal.Instant.from('2026-03-02T09:00:00Z'),
          expiresAt: Temporal.Instant.from('2026-03-02T10:00:00Z'),
        },
      }),
    ],
    ['asks for what it was', submitted({ ask: { restore: one } })],
  ])('while a request that is not over %s', async (_, event) => {
    await file(one, submitted(), withdrawn);
    await file(other, event);
    await kept();
  });

  test('when it cannot be believed, which is alarmed', async () => {
    await file(one, submitted(), withdrawn);
    const it = bot();
    await gather(it);
    logs.tamper(one, (all) => all.map((line) => line.replace(alice, bob)));
    days(1_000);
    await round(it);
    await round(it);
    expect(await recorded()).toEqual([]);
    expect(await stands(one)).toEqual([one]);
    expect(alarms).toContain('The log of a request cannot be believed; nothing is done for it');
  });

  test('when it is another than the last checkpoint has', async () => {
    await file(one, submitted(), withdrawn);
    const it = bot();
    await gather(it);
    const anew = extend(one, undefined, [submitted(), withdrawn], await clock.now(), keys.signer('bot'), keys.trust);
    logs.tamper(one, () => anew.lines);
    days(1_000);
    await round(bot());
    expect(await recorded()).toEqual([]);
    expect(alarms).toContainEqual(expect.stringContaining('another than a checkpoint says'));
  });

  test('when an earlier checkpoint contradicts it, which is alarmed once', async () => {
    const it = bot();
    await file(one, submitted());
    await gather(it);
    const anew = extend(
      one,
      undefined,
      [submitted({ reason: 'anew' })],
      await clock.now(),
      keys.signer('bot'),
      keys.trust,
    );
    logs.tamper(one, () => anew.lines);
    await add(one, withdrawn);
    await gather(bot());
    days(1_000);
    const sole = bot();
    for (let rounds = 0; rounds < 3; rounds += 1) await round(sole);
    expect(await recorded()).toEqual([]);
    expect(await stands(one)).toEqual([one]);
    expect(alarms.filter((said) => said.includes('another than a checkpoint says'))).toHaveLength(1);
  });

  test('for as long again when no checkpoint had it before', async () => {
    await file(one, submitted(), withdrawn);
    days(1_000);
    const it = bot();
    await gather(it);
    await round(it);
    expect(await recorded()).toEqual([]);
    days(400);
    await round(it);
    expect(await recorded()).toEqual([[one]]);
    expect(await audit(one)).toEqual([]);
  });

  test('when a request that is not over names it after its removal was recorded', async () => {
    await file(one, submitted(), withdrawn);
    const it = bot();
    await gather(it);
    days(401);
    await round(it);
    await file(other, submitted({ follows: { request: one, why: 'it was denied' } }));
    await round(it);
    expect(await stands(one)).toEqual([one]);
    expect(await audit(one)).toEqual([]);
  });

  test('when it has grown since its removal was recorded, which accuses nobody', async () => {
    await file(one, submitted(), voted, approved, { type: 'lapsed', why: 'it moved', moved: true });
    const it = bot();
    await gather(it);
    days(401);
    await round(it);
    await add(one, { type: 'followed', request: other });
    await it.remove();
    expect(await audit(one)).toEqual([]);
    const sole = bot();
    for (let rounds = 0; rounds < 3; rounds += 1) await round(sole);
    expect(await stands(one)).toEqual([one]);
    expect(alarms).toEqual([]);
    expect(await audit(one)).toEqual([]);
    // Once it has not changed for as long again, it goes.
    days(401);
    await round(sole);
    await round(sole);
    expect(await stands(one)).toEqual([]);
    expect(await audit(one)).toEqual([]);
  });
});

describe('a removal that is only recorded', () => {
  const record = async (): Promise<Bot> => {
    await file(one, submitted(), withdrawn);
    const it = bot();
    await gather(it);
    days(401);
    clock.advance({ hours: 1 });
    await it.gather();
    await post();
    await it.remove();
    expect(await recorded()).toEqual([[one]]);
    return it;
  };

  /** The next checkpoint has the log again: whoever removes it now is found out. */
  const staysTakenBack = async (it: Bot): Promise<void> => {
    await gather(it);
    await post();
    expect(await audit(one)).toEqual([]);
    const restore = logs.snapshot();
    logs.forget(one, 2);
    expect(await audit(one)).toContainEqual(expect.stringContaining('its whole log is gone'));
    restore();
    // It is written once.
    const count = await checkpoints.count();
    clock.advance({ hours: 1 });
    await it.remove();
    await gather(it);
    expect(await checkpoints.count()).toBe(count);
  };

  test('waits until it stands in the channel', async () => {
    const it = await record();
    clock.advance({ hours: 5 });
    await it.remove();
    expect(await stands(one)).toEqual([one]);
    await post();
    clock.advance({ hours: 1 });
    await it.remove();
    expect(await stands(one)).toEqual([]);
  });

  test('waits while Slack is away', async () => {
    const it = await record();
    posted = 'away';
    clock.advance({ hours: 2 });
    await expect(it.remove()).rejects.toThrow('Slack is away');
    expect(await stands(one)).toEqual([one]);
  });

  test('is not done while the policy’s retention is longer by now', async () => {
    const it = await record();
    await post();
    retention = 500;
    clock.advance({ hours: 1 });
    await it.remove();
    expect(await stands(one)).toEqual([one]);
    expect(await audit(one)).toEqual([]);
    await staysTakenBack(it);
    days(500);
    await round(it);
    expect(await recorded()).toHaveLength(2);
    await round(it);
    expect(await stands(one)).toEqual([]);
    expect(await audit(one)).toEqual([]);
  });

  test('is not done when another bot takes it back meanwhile', async () => {
    const it = await record();
    await post();
    const latest = seen((await lines()).at(-1) ?? '').checkpoint;
    const heads = latest?.removed ?? [];
    meanwhile = async () => {
      const again = writeCheckpoint(latest, heads, await clock.now(), keys.signer('bot'), keys.trust);
      await checkpoints.append((await lines()).at(-1), checkpointLine(again), []);
    };
    clock.advance({ hours: 1 });
    await it.remove();
    expect(await stands(one)).toEqual([one]);
    expect(alarms).toEqual([]);
  });

  test('lets nobody remove the log in silence once the policy has no retention any more', async () => {
    const it = await record();
    retention = undefined;
    clock.advance({ hours: 1 });
    await it.remove();
    await staysTakenBack(it);
  });

  test.each([
    ['was deleted from the channel', () => (posted === 'away' ? [] : posted.slice(0, -1))],
    ['stands in another channel', () => []],
    [
      'is another one of its number',
      () => {
        const [first] = (posted === 'away' ? [] : posted).flatMap((line) => seen(line).checkpoint ?? []);
        const heads: Checkpoint['heads'] = [[other, 1, 'a'.repeat(32)]];
        const now = Temporal.Instant.from('2030-01-01T00:00:00Z');
        const anew = checkpointLine(writeCheckpoint(first, heads, now, keys.signer('bot'), keys.trust));
        return [...(posted === 'away' ? [] : posted.slice(0, -1)), anew];
      },
    ],
  ])('lets nobody remove the log in silence when its message %s', async (_, left) => {
    const it = await record();
    await post();
    const channel = left();
    await file(other, submitted());
    await gather(it);
    await post([...channel, ...(await lines()).slice(-1)]);
    clock.advance({ hours: 1 });
    await it.remove();
    expect(await stands(one)).toEqual([one]);
    await gather(it);
    expect((await lines()).map((line) => seen(line).checkpoint?.heads.map(([of]) => of)).at(-1)).toEqual([one]);
  });

  test('is done by the next bot when this one has crashed, and is not recorded a second time', async () => {
    await record();
    await post();
    clock.advance({ hours: 1 });
    await bot().remove();
    expect(await stands(one)).toEqual([]);
    expect(await recorded()).toEqual([[one]]);
  });

  test('is not believed where its checkpoint is not signed by the bot', async () => {
    await file(one, submitted(), withdrawn);
    const it = bot();
    await gather(it);
    const last = seen((await lines()).at(-1) ?? '').checkpoint as Checkpoint;
    const [head] = last.heads;
    if (head === undefined) throw new Error('Nothing was gathered');
    const said = { heads: [], removed: [head], retention: 400 };
    const forged = writeCheckpoint(last, said, await clock.now(), createMemoryKeys().signer('bot'), keys.trust);
    checkpoints.tamper((all) => [...all, checkpointLine(forged)]);
    await post();
    for (let rounds = 0; rounds < 3; rounds += 1) await round(it);
    expect(await stands(one)).toEqual([one]);
    expect(await audit(one)).toContainEqual(expect.stringContaining('its signature is not valid'));
  });
});

describe('while Redis’ clock is apart from the others', () => {
  const step = async (hours: number): Promise<Bot> => {
    await file(one, submitted(), withdrawn);
    const it = bot();
    await gather(it);
    await post();
    ahead += hours;
    clock.advance({ hours });
    return it;
  };
  const isAlarmedOnce = (): void =>
    expect(alarms).toEqual([expect.stringContaining('clocks of Redis, of this machine and of Slack')]);

  test('no young log is lost to a step ahead, which is alarmed once', async () => {
    const it = await step(24 * 401);
    for (let rounds = 0; rounds < 4; rounds += 1) await round(it);
    expect(await recorded()).toEqual([]);
    expect(await stands(one)).toEqual([one]);
    isAlarmedOnce();
  });

  test('what was recorded during a step is not removed after it, and accuses nobody', async () => {
    const it = await step(0);
    days(401);
    await round(it);
    // By Slack all of it was on the first day.
    for (const line of await lines()) takenAt.set(line, (await clock.now()).subtract({ hours: 24 * 401 }));
    expect(await audit(one)).toEqual([]);
    clock.advance({ hours: 1 });
    await it.remove();
    expect(await stands(one)).toEqual([one]);
    await gather(it);
    expect((await lines()).map((line) => seen(line).checkpoint?.heads.length)).toEqual([1, 0, 1]);
  });

  test.each([-2, 2])('by %d hours all the time no honest removal is accused, for there is none', async (hours) => {
    ahead = hours;
    const it = await step(0);
    days(500);
    for (let rounds = 0; rounds < 3; rounds += 1) await round(it);
    expect(await recorded()).toEqual([]);
    expect(await audit(one)).toEqual([]);
    isAlarmedOnce();
    // Once they agree it goes on.
    ahead = 0;
    for (let rounds = 0; rounds < 2; rounds += 1) await round(it);
    expect(await stands(one)).toEqual([]);
    expect(await audit(one)).toEqual([]);
  });

  test('and was set back it does not wait for the time that it had said', async () => {
    retention = 30;
    const it = await step(24 * 401);
    await round(it);
    clock.advance({ hours: -24 * 401 });
    ahead = 0;
    days(31);
    for (let rounds = 0; rounds < 2; rounds += 1) await round(it);
    expect(await stands(one)).toEqual([]);
  });
});

test('bots side by side record and remove each log once', async () => {
  const bots = [bot(), bot(), bot()];
  for (const request of [one, other, third]) await file(request, submitted(), withdrawn);
  for (const it of bots) await gather(it);
  days(401);
  for (let rounds = 0; rounds < 3; rounds += 1) {
    clock.advance({ hours: 1 });
    for (const it of bots) await it.gather();
    await Promise.all(bots.map(({ remove }) => remove()));
    await post();
  }
  expect((await recorded()).flat().toSorted()).toEqual([one, other, third].toSorted());
  expect(told.reduce((sum, { removed }) => sum + Number(removed), 0)).toBe(3);
  expect(await stands(one, other, third)).toEqual([]);
  expect(await audit(one, other, third)).toEqual([]);
  expect(alarms).toEqual([]);
});

describe('after a backup was restored', () => {
  test('what was recorded in it is removed again', async () => {
    const it = bot();
    await file(one, submitted(), withdrawn);
    await gather(it);
    days(401);
    await round(it);
    const restore = logs.snapshot();
    await round(it);
    expect(await stands(one)).toEqual([]);
    restore();
    expect(await audit(one)).toEqual([]);
    await round(bot());
    expect(await stands(one)).toEqual([]);
    expect(await recorded()).toEqual([[one]]);
    expect(await audit(one)).toEqual([]);
  });

  test('what it does not know is recorded anew, behind what the channel has', async () => {
    const it = bot();
    await file(one, submitted(), withdrawn);
    await gather(it);
    days(401);
    const [restore, old] = [logs.snapshot(), await lines()];
    await round(it);
    await round(it);
    restore();
    checkpoints.tamper(() => old);
    const channel = posted;
    const next = bot();
    clock.advance({ hours: 1 });
    await next.gather();
    await next.remove();
    const numbers = (await lines()).map((line) => seen(line).checkpoint?.number);
    expect(numbers).toEqual([1, 3]);
    await post([...channel, ...(await lines()).slice(-1)]);
    clock.advance({ hours: 1 });
    await next.remove();
    expect(await stands(one)).toEqual([]);
    // Only what the backup lacks of the checkpoints is named.
    expect(await audit(one)).toEqual([expect.stringContaining('it stands in the channel, and not in the log')]);
  });
});

describe('an audit names', () => {
  const removed = async (): Promise<{ readonly restore: () => void; readonly before: readonly string[] }> => {
    const it = bot();
    await file(one, submitted(), withdrawn);
    await gather(it);
    const [before, restore] = [await logs.read(one), logs.snapshot()];
    days(401);
    await round(it);
    await round(it);
    expect(await stands(one)).toEqual([]);
    return { restore, before };
  };

  test('a log that somebody has put back in part or otherwise', async () => {
    const { before, restore } = await removed();
    restore();
    const anew = extend(one, undefined, [submitted()], await clock.now(), keys.signer('bot'), keys.trust);
    logs.tamper(one, () => anew.lines);
    expect(await audit(one)).toContainEqual(`added ${one}: it was removed by checkpoint 2, and stands there again`);
    logs.tamper(one, () => before.slice(0, 1));
    expect(await audit(one)).toContainEqual(`added ${one}: it was removed by checkpoint 2, and stands there again`);
  });

  test('a log that was removed by hand', async () => {
    const it = bot();
    await file(one, submitted(), withdrawn);
    await gather(it);
    await post();
    logs.forget(one, 2);
    expect(await audit(one)).toEqual([`missing ${one}: its whole log is gone: checkpoint 1 knows 2 entries of it`]);
  });
});
