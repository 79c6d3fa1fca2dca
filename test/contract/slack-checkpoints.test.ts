import { LogLevel } from '@slack/web-api';
import { beforeEach, describe, expect, test } from 'vitest';
import { readCheckpointMessage } from '#adapters/slack/checkpoint-message.ts';
import { createDatedClient } from '#adapters/slack/dated-client.ts';
import { createDirectory } from '#adapters/slack/directory.ts';
import { postingOptions } from '#adapters/slack/projection.ts';
import { createAuditChannel } from '#adapters/slack/show-checkpoints.ts';
import { type Checkpoint, checkpointLine, headOf, readCheckpoint, writeCheckpoint } from '#domain/audit/checkpoint.ts';
import type { RequestId } from '#domain/ids.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { submitted } from '#test/build/requests.ts';
import { fileIn } from '#test/contract/parts/log.ts';
import { anId } from '#test/contract/parts/redis.ts';
import { createMemoryCheckpointStore, type MemoryCheckpointStore } from '#test/memory/checkpoint-store.ts';
import { createMemoryClock, type MemoryClock } from '#test/memory/clock.ts';
import { createMemoryEventStore, type MemoryEventStore } from '#test/memory/event-store.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { createHeads } from '#use-cases/heads.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';
import { createCheckpoints } from '#use-cases/write-checkpoints.ts';

const keys = createMemoryKeys();
const audit = 'C0CHECKS';
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

let clock: MemoryClock;
let workspace: Workspace;
let alarms: string[];
let plain: MemoryEventStore;
let checkpoints: MemoryCheckpointStore;
let notes: ProjectionStore;
let elapsed: number;

const begin = (rates: 'on' | 'off' = 'off') => {
  clock = createMemoryClock();
  elapsed = 0;
  const start = Temporal.Instant.from('2026-03-02T09:00:00Z');
  workspace = createWorkspace({ now: () => start.add({ milliseconds: elapsed }), rates });
  alarms = [];
  plain = createMemoryEventStore(clock);
  checkpoints = createMemoryCheckpointStore(plain, clock);
  notes = createMemoryProjectionStore();
};
beforeEach(() => begin());

const advance = (seconds: number): void => {
  elapsed += seconds * 1_000;
  clock.advance({ seconds });
};

/** A bot of its own, as another process would be. */
const bot = (through = (fetch: typeof globalThis.fetch) => fetch) => {
  const policy = {
    groups: new Map(),
    rules: [],
    protect: [],
    watch: usualWatch,
    adminChannel: 'C0AUDIT',
    auditChannel: audit,
    hash: 'p',
  };
  const core = {
    clock,
    store: checkpoints.watched,
    signer: keys.signer('bot'),
    trust: keys.trust,
    alarm: (message: string, fields: Readonly<Record<string, string>>) =>
      void alarms.push(`${message} ${JSON.stringify(fields)}`),
    heads: createHeads(),
    settings: () => ({ policy, identities: [], kinds: [] }),
  };
  const fetch = through(createInMemoryLink(workspace).fetch);
  const options = { ...postingOptions, timeout: 60, fetch, logger: quiet };
  const { client, slackClock } = createDatedClient(workspace.state.app.token, options);
  const channel = createAuditChannel({
    core,
    client,
    directory: createDirectory(client, { team: 'T0HALLPASS' }),
    botUser: workspace.state.app.botUserId,
    notes,
    checkpoints,
    time: { now: () => elapsed, pause: async () => {} },
  });
  const gather = createCheckpoints({ ...core, checkpoints, latestPosted: channel.latest });
  return { gather, post: channel.post, postedAfter: channel.postedAfter, postedSince: channel.postedSince, slackClock };
};
const file = async (count = 1): Promise<readonly RequestId[]> => {
  const ids = Array.from({ length: count }, anId);
  for (const id of ids) await fileIn(checkpoints.watched, keys, id, [submitted()], await clock.now());
  return ids;
};
const stored = async (): Promise<readonly Checkpoint[]> =>
  (await checkpoints.lines(0, 1_000)).map((line) => {
    const seen = readCheckpoint(line, keys.trust);
    if (seen?.isGenuine !== true) throw new Error(`No checkpoint: ${line}`);
    return seen.checkpoint;
  });
const posted = () =>
  (workspace.state.messages.get(audit) ?? []).map((message) => readCheckpointMessage(message, keys.trust));
const postedNumbers = () => posted().map((one) => one?.seen?.isGenuine && one.seen.checkpoint.number);

describe('checkpoints', () => {
  test('hold the heads of what changed, a minute after the first change, and again only when something changed', async () => {
    const { gather } = bot();
    const [one] = await file(2);
    advance(59);
    await gather();
    expect(await stored()).toEqual([]);
    advance(1);
    await gather();
    const [first] = await stored();
    expect(first).toMatchObject({ number: 1, previous: 'genesis' });
    expect(first?.heads).toHaveLength(2);
    expect(first?.heads).toContainEqual([one, 1, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    advance(600);
    await gather();
    expect(await stored()).toHaveLength(1);
    await file();
    advance(60);
    await gather();
    expect((await stored())[1]).toMatchObject({ number: 2, previous: first?.hash, heads: [expect.anything()] });
  });

  test('are written at once for 150, and several for more', async () => {
    const { gather } = bot();
    await gather();
    await file(320);
    await gather();
    expect((await stored()).map(({ heads }) => heads.length)).toEqual([150, 150]);
    advance(60);
    await gather();
    expect((await stored()).map(({ number, heads }) => `${number}: ${heads.length}`)).toEqual([
      '1: 150',
      '2: 150',
      '3: 20',
    ]);
    const { post } = bot();
    await post();
    expect(postedNumbers()).toEqual([1, 2, 3]);
    expect(workspace.problems).toEqual([]);
  });

  test('stand in the channel whole: what is read from there is what was stored', async () => {
    const { gather, post } = bot();
    await file(150);
    await gather();
    await post();
    const [first] = await stored();
    expect(posted()[0]?.seen).toEqual({ checkpoint: first, isGenuine: true });
    expect(posted()[0]?.claimed).toEqual({ number: 1, hash: first?.hash, previous: 'genesis' });
  });

  test('of what is removed stand there whole too, as many as there may be, and in words', async () => {
    const { gather, post } = bot();
    await file(1);
    advance(60);
    await gather();
    const [first] = await stored();
    const heads = Array.from({ length: 150 }, () => headOf(anId(), 123_456_789, 'a'.repeat(64)));
    for (const removed of [heads, heads.slice(0, 1)]) {
      const [last] = (await stored()).slice(-1);
      const said = { heads: [], removed, retention: 36_500 };
      const next = writeCheckpoint(last, said, await clock.now(), keys.signer('bot'), keys.trust);
      await checkpoints.append(await checkpoints.latest(), checkpointLine(next), []);
    }
    await post();
    expect(posted().map((one) => one?.seen?.checkpoint)).toEqual(await stored());
    expect(postedNumbers()).toEqual([first?.number, 2, 3]);
    expect(workspace.problems).toEqual([]);
    const texts = (workspace.state.messages.get(audit) ?? []).map(({ text }) => text);
    expect(texts[1]).toMatch(/^Checkpoint 2: the logs of 150 requests, kept for 36500 days, are removed, /);
    expect(texts[2]).toMatch(/^Checkpoint 3: the log of 1 request, kept for 36500 days, is removed, /);
  });

  test('are one for each number, posted once, whatever number of bots gather and post', async () => {
    const bots = [bot(), bot(), bot()];
    for (let round = 0; round < 5; round += 1) {
      await file(2);
      advance(60);
      await Promise.all(bots.map(({ gather }) => gather()));
      await Promise.all(bots.map(({ post }) => post()));
    }
    expect((await stored()).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    for (const { post } of bots) await post();
    expect(postedNumbers()).toEqual([1, 2, 3, 4, 5]);
  });

  test('find what the index of changes has lost, when a bot starts and once an hour', async () => {
    await file(3);
    checkpoints.lose();
    const { gather } = bot();
    await gather();
    advance(60);
    await gather();
    expect((await stored())[0]?.heads).toHaveLength(3);
    await file(1);
    checkpoints.lose();
    advance(600);
    await gather();
    expect(await stored()).toHaveLength(1);
    advance(3_000);
    await gather();
    advance(60);
    await gather();
    expect((await stored())[1]?.heads).toHaveLength(1);
  });

  test('vouch for no log that cannot be believed, and for the others all the same', async () => {
    const [one, other] = await file(2);
    if (one === undefined) throw new Error('Nothing was filed');
    plain.tamper(one, (lines) => lines.map((line) => line.replace('"bot"', '"worker"')));
    advance(60);
    await bot().gather();
    expect((await stored())[0]?.heads.map(([id]) => id)).toEqual([other]);
  });

  test('are found in the channel behind the last that Redis still has', async () => {
    const { gather, post, postedAfter } = bot();
    for (let number = 1; number <= 3; number += 1) {
      await file();
      advance(60);
      await gather();
      await post();
    }
    expect(posted()).toHaveLength(3);
    const numbers = async (number: number) => (await postedAfter(number)).map((one) => one.number).sort();
    expect(await numbers(0)).toEqual([1, 2, 3]);
    expect(await numbers(1)).toEqual([2, 3]);
    expect(await numbers(3)).toEqual([]);
    const [latest] = await postedAfter(2);
    expect(latest).toEqual((await stored())[2]);
  });

  test('are told of a log that is shorter than they say', async () => {
    const { gather } = bot();
    const [one] = await file();
    if (one === undefined) throw new Error('Nothing was filed');
    await fileOn(one);
    advance(60);
    await gather();
    plain.tamper(one, (lines) => lines.slice(0, 1));
    await bot().gather();
    expect(alarms.join()).toContain('shorter than a checkpoint says');
  });
});

const fileOn = async (id: RequestId): Promise<void> => {
  const { extend, readChain } = await import('#domain/request/chain.ts');
  const { indexOf } = await import('#use-cases/request-log.ts');
  const read = readChain(id, await plain.read(id), keys.trust);
  if (!read.ok || read.value === undefined) throw new Error('It cannot be read');
  const event = { type: 'withdrawn', by: submitted().requester } as const;
  const { lines, chain } = extend(id, read.value, [event], await clock.now(), keys.signer('bot'), keys.trust);
  await checkpoints.watched.append(id, 1, lines, indexOf(chain.request));
};

describe('while Slack is away', () => {
  test('checkpoints are kept, and posted in their order when it is back', async () => {
    let isAway = false;
    const { gather, post } = bot((fetch) => async (...call) => {
      if (isAway) throw new TypeError('fetch failed');
      return fetch(...call);
    });
    await gather();
    isAway = true;
    for (let round = 0; round < 3; round += 1) {
      await file();
      advance(60);
      await gather();
      await post();
    }
    expect(postedNumbers()).toEqual([]);
    isAway = false;
    advance(60);
    await post();
    expect(postedNumbers()).toEqual([1, 2, 3]);
  });

  test('no number is used before the channel was read: an emptied Redis would begin anew', async () => {
    let isAway = true;
    const { gather } = bot((fetch) => async (...call) => {
      if (isAway) throw new TypeError('fetch failed');
      return fetch(...call);
    });
    await file();
    advance(60);
    await expect(gather()).rejects.toThrow();
    expect(await stored()).toEqual([]);
    isAway = false;
    advance(60);
    await gather();
    expect(await stored()).toHaveLength(1);
  });

  test('an answer that is lost posts nothing twice', async () => {
    let isLost = true;
    const { gather, post } = bot((fetch) => async (...call) => {
      const answer = await fetch(...call);
      if (isLost && String(call[0]).endsWith('chat.postMessage')) throw new TypeError('fetch failed');
      return answer;
    });
    await file();
    advance(60);
    await gather();
    await post();
    isLost = false;
    for (let round = 0; round < 5; round += 1) {
      advance(10);
      await post();
    }
    expect(postedNumbers()).toEqual([1]);
  });

  test('Slack’s pace is kept: a post a second', async () => {
    begin('on');
    const { gather, post } = bot();
    await gather();
    await file(150 * 8);
    await gather();
    for (let second = 0; second < 12; second += 1) {
      await post();
      advance(1);
    }
    expect(postedNumbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(workspace.problems).toEqual([]);
  });
});

describe('before a log is removed', () => {
  const days = (count: number): void => advance(count * 86_400);
  const postOne = async ({ gather, post }: ReturnType<typeof bot>): Promise<void> => {
    await file();
    advance(60);
    await gather();
    await post();
  };

  test('no checkpoint of another number, hash or time is taken for the one that records it', async () => {
    const it = bot();
    await postOne(it);
    days(3);
    const at = await clock.now();
    await postOne(it);
    await postOne(it);
    days(3);
    await postOne(it);
    const [, second, third] = await stored();
    const found = (await it.postedSince(at)).toSorted((one, other) => one.number - other.number);
    expect(found.map(({ number, hash }) => [number, hash])).toEqual([
      [2, second?.hash],
      [3, third?.hash],
    ]);
    expect(found[0]?.at.since(at).total('seconds')).toBeCloseTo(60, 0);
  });

  test('what somebody else has posted of it does not count, and Slack that is away is not a channel without it', async () => {
    const it = bot();
    const at = await clock.now();
    await postOne(it);
    const [message] = workspace.state.messages.get(audit) ?? [];
    if (message === undefined) throw new Error('Nothing was posted');
    const { text, blocks } = message;
    workspace.world.deleteMessage(message);
    workspace.world.forgeMessage({ userId: 'U0ROBO', isBot: true }, { channelId: audit, text, blocks });
    expect(await it.postedSince(at)).toEqual([]);
    const away = bot(() => () => Promise.reject(new TypeError('fetch failed')));
    await expect(away.postedSince(at)).rejects.toThrow();
  });

  test('Slack’s time is asked of Slack, each time, and is none where Slack does not tell it', async () => {
    const { slackClock } = bot();
    for (const seconds of [0, 7, 86_400]) {
      advance(seconds);
      expect(await slackClock.now()).toEqual(await clock.now());
    }
    let isDated = true;
    const undated = bot((fetch) => async (...asked) => {
      const answer = await fetch(...asked);
      if (!isDated) answer.headers.delete('date');
      return answer;
    });
    await undated.slackClock.now();
    isDated = false;
    await expect(undated.slackClock.now()).rejects.toThrow('without a Date header');
  });
});

describe('when Redis was emptied or restored', () => {
  const write = async (count: number) => {
    const one = bot();
    for (let round = 0; round < count; round += 1) {
      await file();
      advance(60);
      await one.gather();
      await one.post();
    }
    return one;
  };

  test('a bot that starts says so, and goes on behind the channel’s last number', async () => {
    await write(3);
    const last = (await stored())[2];
    checkpoints.tamper(() => []);
    notes = createMemoryProjectionStore();
    const { gather, post } = bot();
    await gather();
    expect(alarms.join()).toContain('"redis":"none","known":"3"');
    await file();
    advance(60);
    await gather();
    expect((await stored())[0]).toMatchObject({ number: 4, previous: last?.hash });
    await post();
    expect(postedNumbers()).toEqual([1, 2, 3, 4]);
  });

  test('a bot that runs on says so too, and posts nothing a second time', async () => {
    const running = await write(3);
    checkpoints.tamper((lines) => lines.slice(0, 1));
    notes = createMemoryProjectionStore();
    await file();
    advance(60);
    await running.gather();
    await running.post();
    await bot().post();
    expect(alarms.join()).toContain('"redis":"1","known":"3"');
    expect((await stored()).map(({ number }) => number)).toEqual([1, 4]);
    expect(postedNumbers()).toEqual([1, 2, 3, 4]);
  });

  test('what somebody else wrote there is not followed', async () => {
    const running = await write(2);
    const theirs = createMemoryKeys();
    const { writeCheckpoint, checkpointLine } = await import('#domain/audit/checkpoint.ts');
    const [first] = await stored();
    const forged = writeCheckpoint(first, first?.heads ?? [], await clock.now(), theirs.signer('bot'), keys.trust, 99);
    checkpoints.tamper((lines) => [...lines, checkpointLine(forged)]);
    await file();
    advance(60);
    await running.gather();
    expect(alarms.join()).toContain('not Hallpass’s');
    expect(readCheckpoint((await checkpoints.latest()) ?? '', keys.trust)).toMatchObject({
      isGenuine: true,
      checkpoint: { number: 3 },
    });
  });
});

describe('by whoever has Redis and no key', () => {
  test('many logs that cannot be believed do not keep all others from being vouched for', async () => {
    const broken = await file(150);
    for (const id of broken) plain.tamper(id, (lines) => lines.map((line) => line.replace('"bot"', '"worker"')));
    const { gather } = bot();
    advance(60);
    await gather();
    const [sound] = await file();
    advance(60);
    await gather();
    expect((await stored()).flatMap(({ heads }) => heads.map(([id]) => id))).toEqual([sound]);
  });

  test('a line of theirs does not keep checkpoints before it from being posted', async () => {
    const { gather, post } = bot();
    for (let round = 0; round < 15; round += 1) {
      await file();
      advance(60);
      await gather();
    }
    checkpoints.tamper((lines) => [...lines.slice(0, 14), 'not a checkpoint', ...lines.slice(14)]);
    for (let round = 0; round < 20; round += 1) {
      advance(10);
      await post();
    }
    expect(postedNumbers()).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  });
});
