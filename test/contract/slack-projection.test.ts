import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ownPermalink } from '#adapters/slack/notes.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Fault } from '#local/slack/faults.ts';
import { target } from '#test/build/contents.ts';
import {
  alice,
  approvals,
  bob,
  carol,
  createSlackWorld,
  gone,
  ids,
  type SlackWorld,
  written,
} from '#test/contract/parts/slack-world.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';

const [first, second] = ids(2) as [ReturnType<typeof ids>[number], ReturnType<typeof ids>[number]];
const at = (minutes: number) => Temporal.Instant.from('2026-03-02T09:00:00Z').add({ minutes });
const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
const approved: RequestEvent = { type: 'approved', by: [bob], revision: 1, applyBy: at(15) };
const active: RequestEvent = {
  type: 'activated',
  startedAt: at(0),
  expiresAt: at(30),
  objects: [],
  identity: 'mark',
  proofs: [],
};
const revoke: RequestEvent = { type: 'end-requested', by: carol, cause: 'revoked', reason: 'wrong cluster' };
const ended: RequestEvent = {
  type: 'ended',
  cause: 'revoked',
  proofs: [{ probe: 'get pods in shop' }],
  lagMilliseconds: 8,
};

/** A channel of the bot's that has nothing to do with the first request. */
const elsewhere = 'C0PRODOPS';

const calls = ({ workspace }: SlackWorld, method: string) => workspace.calls.filter((call) => call.method === method);
const card = ({ workspace }: SlackWorld) => workspace.as(bob).readChannel(approvals)[0] ?? expect.fail('no card');

describe('the projection', () => {
  test('shows a request from asking to its end: one card, one thread message each, one direct message a turn', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(first);
    expect(await projection.show(first)).toEqual({ type: 'done' });
    expect(card(world).buttons.map(({ text }) => text)).toEqual(['Approve', 'Approve for less', 'Deny', 'Withdraw']);

    await world.record(first, vote, approved, active);
    await world.settle(projection);
    expect(card(world).buttons.map(({ text }) => text)).toEqual(['Done', 'Revoke']);

    await world.record(first, revoke, ended);
    await world.settle(projection);
    expect(card(world).shown).toContain('The API server denies it now: get pods in shop ✓');
    expect(card(world).buttons).toEqual([]);
    expect(written(world.workspace)).toEqual([
      `card ${first}`,
      ...[1, 2, 3, 4, 5, 6].map((version) => `event ${first} ${version}`),
      `news ${first} 4 ${alice}`,
      `news ${first} 6 ${alice}`,
    ]);
    const thread = world.workspace.as(bob).readThread(card(world)).slice(1);
    expect(thread.map(({ metadata }) => metadata?.event_payload.version)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(world.alarms).toEqual([]);
    expect(world.workspace.problems).toEqual([]);
  });

  test('does nothing more when asked again', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(first);
    await world.settle(projection);
    const before = world.workspace.calls.length;
    expect(await projection.show(first)).toEqual({ type: 'done' });
    expect(await world.start().show(first)).toEqual({ type: 'done' });
    expect(world.workspace.calls.length).toBe(before);
  });

  test('draws only the newest state when much happened meanwhile', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(first);
    await world.settle(projection);
    await world.record(first, vote, approved, active, revoke, ended);
    await world.settle(projection);
    expect(calls(world, 'chat.update')).toHaveLength(1);
    expect(written(world.workspace).filter((name) => name.startsWith('news'))).toEqual([`news ${first} 6 ${alice}`]);
  });

  test('gives an open request whose card was deleted a new one, and of one that is over writes no more', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(first);
    await world.settle(projection);
    const remove = () => world.workspace.state.messages.set(approvals, []);
    remove();
    await world.record(first, vote);
    await world.settle(projection);
    expect(written(world.workspace)).toContain(`card ${first}`);
    remove();
    await world.record(first, { type: 'withdrawn', by: alice });
    await world.settle(projection);
    expect(written(world.workspace)).toEqual([]);
    expect(world.alarms).toHaveLength(2);
  });

  test('gives what has to be reviewed a new card after its end too, so that reminders reach somebody', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    const quorum = [{ from: 'platform', count: 1 }];
    const approval = { rule: 'shop', policyHash: 'p', quorum, channel: approvals, breakGlass: { remindEvery: 3_600 } };
    await world.ask(first, { approval });
    await world.record(first, { ...approved, by: [], auto: true }, active, ended);
    await world.settle(projection);
    const remove = () => world.workspace.state.messages.set(approvals, []);
    remove();
    await world.record(first, { type: 'reminded' });
    await world.settle(projection);
    expect(card(world).buttons.map(({ text }) => text)).toEqual(['Review']);
    expect(world.workspace.as(bob).readThread(card(world))[1]?.shown).toContain('Not reviewed yet');
    await world.record(first, { type: 'reviewed', by: bob, finding: 'justified', note: 'it was down' });
    remove();
    await world.settle(projection);
    expect(written(world.workspace).filter((name) => !name.startsWith('news'))).toEqual([]);
  });

  describe('a warning', () => {
    const warned: RequestEvent = { type: 'warned' };
    const told = ({ workspace }: SlackWorld) =>
      workspace
        .as(alice)
        .dms()
        .filter(({ shown }) => shown.includes('ends in'));
    const inForce = async (world: SlackWorld): Promise<void> => {
      await world.ask(first);
      await world.record(first, vote, approved, active);
    };

    test('is told once, however many bots look at it how often, and whether or not an answer was lost', async () => {
      const world = createSlackWorld();
      await inForce(world);
      await world.settle(world.start());
      world.advance(22.5 * 60_000);
      await world.record(first, warned);
      let lost = 0;
      const losing = world.start(undefined, (fetch) => async (input, init) => {
        const reply = await fetch(input, init);
        if (String(input).endsWith('chat.postMessage') && lost < 2) {
          lost += 1;
          throw new TypeError('fetch failed');
        }
        return reply;
      });
      await losing.show(first);
      for (let round = 0; round < 12; round += 1) {
        world.advance(2_000);
        await Promise.all([losing.show(first), world.start().show(first)]);
      }
      await world.settle(world.start());
      expect(lost).toBe(2);
      expect(told(world).map(({ buttons }) => buttons.map(({ text }) => text))).toEqual([['Done']]);
      expect(world.workspace.problems).toEqual([]);
    });

    test('that Slack takes late says how long is left then', async () => {
      const world = createSlackWorld();
      await inForce(world);
      await world.settle(world.start());
      await world.record(first, warned);
      world.advance(26 * 60_000);
      await world.settle(world.start());
      expect(told(world).map(({ shown }) => shown)).toEqual([expect.stringContaining('ends in 4 min')]);
    });

    test.each<[string, number, readonly RequestEvent[]]>([
      ['has ended by its time, though the log does not say so yet', 30, []],
      ['is being ended', 1, [revoke]],
      ['has ended', 1, [revoke, ended]],
      ['was extended', 1, [{ type: 'extended', by: alice, request: second }]],
    ])('is not told any more when the grant %s', async (_, minutes, events) => {
      const world = createSlackWorld();
      await inForce(world);
      await world.settle(world.start());
      await world.record(first, warned, ...events);
      world.advance(minutes * 60_000);
      await world.settle(world.start());
      expect(told(world)).toEqual([]);
    });
  });

  test('says a conflict in the channel too, once and while nobody has settled it', async () => {
    const contested: RequestEvent = {
      type: 'conflicted',
      conflicts: [{ target: target(), path: 'spec', before: 'a', applied: 'b', now: 'c', by: [] }],
      reverted: [],
    };
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(first);
    await world.record(first, vote, approved, active, contested);
    world.workspace.faults.next({ type: 'performed-then-hang' }, { times: 1, method: 'chat.postMessage' });
    await world.settle(projection);
    await world.ask(second);
    const settled: RequestEvent = { type: 'settled', by: carol, choice: 'keep', reason: 'theirs is right' };
    await world.record(second, vote, approved, active, contested, settled);
    await world.settle(projection);
    const broadcast = (world.workspace.state.messages.get(approvals) ?? []).filter((one) => one.isBroadcast);
    expect(broadcast.map(({ metadata }) => metadata?.event_payload)).toEqual([
      expect.objectContaining({ request: first, version: 5 }),
    ]);
    expect(written(world.workspace).filter((name) => name.startsWith(`event ${first}`))).toHaveLength(5);
    expect(world.workspace.problems).toEqual([]);
  });

  test('says in the channel too what was tried under a grant to which nobody agreed, and of others in the thread alone', async () => {
    const quorum = [{ from: 'platform', count: 1 }];
    const taken = { rule: 'shop', policyHash: 'p', quorum, channel: approvals, breakGlass: { remindEvery: 3_600 } };
    const misused: RequestEvent = {
      type: 'misused',
      operation: 'update',
      target: target(),
      risk: 'high',
      findings: [],
    };
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(first, { approval: taken });
    await world.record(first, { ...approved, by: [], auto: true }, active, misused);
    await world.ask(second);
    await world.record(second, vote, approved, active, misused);
    await world.settle(projection);
    const broadcast = (world.workspace.state.messages.get(approvals) ?? []).filter((one) => one.isBroadcast);
    expect(broadcast.map(({ metadata }) => metadata?.event_payload)).toEqual([
      expect.objectContaining({ request: first, version: 2 }),
      expect.objectContaining({ request: first, version: 4 }),
    ]);
    expect(world.workspace.problems).toEqual([]);
  });

  test('lets nobody wait for a person who cannot be written to', async () => {
    const world = createSlackWorld();
    await world.ask(first, { subject: gone });
    await world.settle(world.start());
    expect(world.alarms).toEqual([]);
  });
});

/** All that one request's messages may be after its first two turns, each once. */
const whole = [
  `card ${first}`,
  `event ${first} 1`,
  `event ${first} 2`,
  `event ${first} 3`,
  `event ${first} 4`,
  `news ${first} 4 ${alice}`,
];

const faults: readonly Fault[] = [
  { type: 'performed-then-status', status: 500 },
  { type: 'performed-then-status', status: 502 },
  { type: 'performed-then-hang' },
  { type: 'performed-then-refused' },
  { type: 'status', status: 503 },
  { type: 'hang' },
  { type: 'refused' },
  { type: 'rate-limited', retryAfter: 3 },
  { type: 'error', error: 'internal_error' },
  { type: 'error', error: 'fatal_error' },
];

describe.each(faults)('when Slack answers a post by %j', (fault) => {
  test.each([1, 3])('%i times, each message is there exactly once afterwards', async (times) => {
    const world = createSlackWorld('off');
    const projection = world.start();
    world.workspace.faults.next(fault, { times, method: 'chat.postMessage' });
    await world.ask(first);
    await world.settle(projection);
    world.workspace.faults.next(fault, { times, method: 'chat.postMessage' });
    await world.record(first, vote, approved, active);
    await world.settle(projection);
    expect(written(world.workspace)).toEqual(whole);
  });
});

describe('a crash', () => {
  const crashing = (notes: ProjectionStore, atWrite: number): ProjectionStore => {
    let writes = 0;
    return {
      ...notes,
      write: async (...args) => {
        writes += 1;
        if (writes === atWrite) throw new Error('crashed');
        return notes.write(...args);
      },
    };
  };

  test.each(Array.from({ length: 16 }, (_, index) => index + 1))(
    'before note %i is written doubles nothing',
    async (atWrite) => {
      const world = createSlackWorld('off');
      await world.ask(first);
      await world.record(first, vote, approved, active);
      await world
        .start(crashing(world.notes, atWrite))
        .show(first)
        .catch(() => undefined);
      world.advance(10_000);
      await world.settle(world.start());
      expect(written(world.workspace)).toEqual(whole);
    },
  );

  test('of the wire is waited out: a post that arrives after its caller gave up is found, not repeated', async () => {
    const world = createSlackWorld('off');
    await world.ask(first);
    const late = world.start(world.notes, (fetch) => async (url, init) => {
      if (!String(url).endsWith('chat.postMessage')) return fetch(url, init);
      setTimeout(() => void fetch(url, { ...init, signal: null }), 150);
      throw new TypeError('fetch failed');
    });
    expect(await late.show(first)).toMatchObject({ type: 'early', outage: true });
    const projection = world.start();
    expect(await projection.show(first)).toMatchObject({ type: 'early', milliseconds: 8_000 });
    await wait(250);
    await world.settle(projection);
    expect(written(world.workspace)).toEqual([`card ${first}`, `event ${first} 1`]);
  });

  test('does not make the bot take somebody else’s message for its own', async () => {
    const world = createSlackWorld('off');
    await world.ask(first);
    world.workspace.faults.next({ type: 'status', status: 500 }, { method: 'chat.postMessage' });
    expect(await world.start().show(first)).toMatchObject({ type: 'early', outage: true });
    const forged = {
      channelId: approvals,
      ts: '1772442000.000001',
      userId: 'U0ROBO',
      isBot: true,
      text: 'forged',
      blocks: [],
      fileIds: [],
      reactions: [],
      isBroadcast: false,
      values: new Map(),
    };
    const metadata = { event_type: 'hallpass_card', event_payload: { request: first, revision: 1 } };
    world.workspace.state.messages.set(approvals, [{ ...forged, metadata }]);
    await world.settle(world.start());
    expect(written(world.workspace)).toEqual([`card ${first}`, `event ${first} 1`]);
    expect(world.workspace.as(bob).readThread({ channelId: approvals, ts: forged.ts })).toHaveLength(1);
  });
});

describe('two bots side by side', () => {
  test('post everything once', async () => {
    const world = createSlackWorld('off');
    const all = ids(8);
    for (const id of all) await world.ask(id);
    const [one, other] = [world.start(), world.start()];
    await Promise.all([...all, ...all].flatMap((id) => [one.show(id), other.show(id)]));
    await Promise.all([one.catchUp(), other.catchUp()]);
    await world.settle(one);
    expect(written(world.workspace)).toEqual(all.flatMap((id) => [`card ${id}`, `event ${id} 1`]).sort());
  });

  test('agree on one message even when the lock did not hold', async () => {
    const world = createSlackWorld('off');
    await world.ask(first);
    const unlocked: ProjectionStore = { ...world.notes, exclusively: async (_, work) => work().then(() => true) };
    await Promise.all([world.start(unlocked).show(first), world.start(unlocked).show(first)]);
    world.advance(10_000);
    await world.settle(world.start());
    expect(written(world.workspace)).toEqual([`card ${first}`, `event ${first} 1`]);
  });
});

test('a bot that slept through its lock takes its own late message back', async () => {
  const world = createSlackWorld('off');
  await world.ask(first);
  const unlocked: ProjectionStore = { ...world.notes, exclusively: async (_, work) => work().then(() => true) };
  let asleep = true;
  const sleeper = world.start(unlocked, (fetch) => async (url, init) => {
    if (asleep && String(url).endsWith('chat.postMessage')) {
      asleep = false;
      world.advance(20_000);
      expect(await world.start(unlocked).show(first)).toEqual({ type: 'done' });
    }
    return fetch(url, { ...init, signal: null });
  });
  expect(await sleeper.show(first)).toMatchObject({ type: 'early' });
  expect(written(world.workspace)).toEqual([`card ${first}`, `event ${first} 1`]);
  expect(world.workspace.as(bob).readChannel(approvals)).toHaveLength(1);
});

describe('while Slack is down', () => {
  test('nothing is lost or doubled, however many requests there are', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    await world.ask(ids(21)[20] ?? first);
    await world.settle(projection);
    const before = calls(world, 'chat.postMessage').length;
    world.workspace.faults.down();
    const all = ids(12);
    for (const id of all) {
      await world.ask(id);
      await projection.show(id);
    }
    for (let round = 0; round < 30; round += 1) {
      await projection.catchUp();
      world.advance(2_000);
    }
    // One that found out; after it Slack was asked first, so that no other post can be in doubt.
    expect(calls(world, 'chat.postMessage').length - before).toBe(1);
    world.workspace.faults.up();
    await world.settle(projection);
    expect(written(world.workspace)).toEqual(
      [...all, ...ids(21).slice(20)].flatMap((id) => [`card ${id}`, `event ${id} 1`]).sort(),
    );
    expect(world.alarms.filter((alarm) => alarm.startsWith('Slack cannot be reached'))).toHaveLength(1);
  });
});

describe('Slack’s rate limits', () => {
  test('are kept in a burst, and cards come before threads', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    const all = ids(30);
    for (const id of all) await world.ask(id);
    await world.settle(projection);
    expect(written(world.workspace)).toHaveLength(60);
    const order = (world.workspace.state.messages.get(approvals) ?? []).map(({ metadata }) => metadata?.event_type);
    expect(order.slice(0, 20).every((type) => type === 'hallpass_card')).toBe(true);
    expect(world.workspace.calls.filter(({ performed }) => !performed)).toEqual([]);
  });

  test('leave room for cards when requests are shown one by one', async () => {
    const world = createSlackWorld();
    const projection = world.start();
    for (const id of ids(6)) {
      await world.ask(id);
      await projection.show(id);
    }
    const order = (world.workspace.state.messages.get(approvals) ?? []).map(({ metadata }) => metadata?.event_type);
    expect(order.filter((type) => type === 'hallpass_card')).toHaveLength(3);
  });

  test('a pause that Slack asks for is kept', async () => {
    const world = createSlackWorld('off');
    const projection = world.start();
    await world.ask(first);
    await world.ask(second);
    world.workspace.faults.next({ type: 'rate-limited', retryAfter: 7 }, { method: 'chat.postMessage' });
    expect(await projection.show(first)).toMatchObject({ type: 'early', milliseconds: 7_000 });
    world.advance(6_000);
    expect(await projection.show(first)).toMatchObject({ type: 'early', milliseconds: 1_000 });
    expect(await projection.show(second)).toMatchObject({ type: 'early', milliseconds: 1_000 });
    expect(calls(world, 'chat.postMessage')).toHaveLength(1);
    world.advance(1_000);
    expect(await projection.show(first)).toEqual({ type: 'done' });
  });
});

describe.each([
  ['archived', { isArchived: true }, 'Unarchive it'],
  ['shared with another organisation', { isExternallyShared: true }, 'Name a channel of your own'],
] as const)('a channel that is %s', (_, change, remedy) => {
  test('is said once with the remedy, tells the asker, and is caught up with when it is mended', async () => {
    const world = createSlackWorld('off');
    const projection = world.start();
    await world.workspace.world.changeChannel(approvals, change);
    await world.ask(first);
    for (let round = 0; round < 10; round += 1) {
      expect(await projection.show(first)).toMatchObject({ type: 'done', blocked: expect.stringContaining(remedy) });
      world.advance(2_000);
    }
    expect(world.alarms.map((alarm) => alarm.includes(remedy))).toEqual([true]);
    expect(written(world.workspace)).toEqual([`stuck ${first} 1 ${alice}`]);
    expect(await world.unshown()).toEqual([first]);

    await world.workspace.world.changeChannel(approvals, { isArchived: false, isExternallyShared: false });
    await world.settle(world.start());
    expect(written(world.workspace)).toContain(`card ${first}`);
  });
});

test('a channel without the bot is said with the remedy', async () => {
  const world = createSlackWorld('off');
  await world.workspace.world.removeFromChannel(approvals, 'U0HALLPASS');
  await world.ask(first);
  expect(await world.start().show(first)).toMatchObject({ blocked: expect.stringContaining('/invite @hallpass') });
});

describe('notes that somebody edited', () => {
  /** Changes what is noted of a request, as whoever reaches the store can. */
  const edit = async ({ notes }: SlackWorld, id: typeof first, change: (found: string) => string): Promise<void> => {
    const { version, value } = (await notes.read(id)) ?? expect.fail('no notes');
    expect(await notes.write(id, version, change(value))).toBe(true);
  };
  const started = async () => {
    const world = createSlackWorld('off');
    const projection = world.start();
    await world.ask(first);
    await world.settle(projection);
    return { world, projection };
  };

  test('draw no card over another in a channel that is not the request’s own, and are said once', async () => {
    const { world, projection } = await started();
    const approval = { rule: 'ops', policyHash: 'p', quorum: [{ from: 'ops', count: 1 }], channel: elsewhere };
    await world.ask(second, { approval });
    await world.settle(projection);
    const [other] = world.workspace.state.messages.get(elsewhere) ?? [];
    const place = { channel: elsewhere, ts: other?.ts ?? expect.fail('no card') };
    await edit(world, first, (found) => {
      const noted = JSON.parse(found);
      return JSON.stringify({ ...noted, messages: { ...noted.messages, card: place } });
    });
    await world.record(first, vote);
    await world.settle(projection);
    await world.record(first, approved);
    await world.settle(projection);
    const there = world.workspace.as(bob).readChannel(elsewhere);
    expect(there.map(({ shown }) => [shown.includes(second), shown.includes(first)])).toEqual([[true, false]]);
    expect(world.workspace.as(bob).readChannel(approvals).at(-1)?.shown).toContain('being applied now');
    expect(world.alarms.filter((alarm) => alarm.includes('not its own'))).toHaveLength(1);
  });

  test('that cannot be read hold up no other request, and are said once', async () => {
    const { world, projection } = await started();
    await edit(world, first, () => '{"schema":1');
    await world.record(first, vote);
    await world.ask(second);
    for (let round = 0; round < 5; round += 1) await projection.catchUp();
    expect(written(world.workspace)).toContain(`event ${second} 1`);
    expect(await world.unshown()).toEqual([first]);
    expect(await projection.show(first)).toMatchObject({ type: 'done', blocked: expect.stringContaining('mended') });
    expect(world.alarms.filter((alarm) => alarm.includes('cannot be read'))).toHaveLength(1);
  });

  test('whose reading fails for one request alone hold up no other', async () => {
    const world = createSlackWorld('off');
    await world.ask(first);
    await world.ask(second);
    const broken: ProjectionStore = {
      ...world.notes,
      read: async (id) => {
        if (id === first) throw new Error('not a version');
        return world.notes.read(id);
      },
    };
    const projection = world.start(broken);
    for (let round = 0; round < 5; round += 1) await projection.catchUp();
    expect(written(world.workspace)).toEqual([`card ${second}`, `event ${second} 1`]);
    expect(world.alarms.filter((alarm) => alarm.includes('cannot be shown'))).toHaveLength(1);
  });

  test('lend the bot’s name to no link out of the workspace', async () => {
    const { world, projection } = await started();
    const own = `${world.url}archives/${approvals}/p`;
    await edit(world, first, (found) => found.replace(own, 'https://hallpass.example/archives/C0APPROVALS/p'));
    await world.record(first, vote, approved, active);
    await world.settle(projection);
    const news = JSON.stringify([...world.workspace.state.messages.values()]);
    expect(news).not.toContain('hallpass.example');
    expect(news).toContain(own);
  });
});

describe('a noted link', () => {
  const [workspace, channel] = ['https://acme.slack.com/', 'C0APPROVALS'];
  const link = 'https://acme.slack.com/archives/C0APPROVALS/p1772442000000001';
  test('is used when it leads into the request’s channel of this workspace', () =>
    expect(ownPermalink(link, channel, workspace)).toBe(link));
  test.each([
    ['to another host', link.replace('acme', 'evil')],
    ['without encryption', link.replace('https', 'http')],
    ['with a name before the host', link.replace('acme.slack.com', 'acme.slack.com@evil.example')],
    ['with a password', link.replace('acme', 'a:b@acme')],
    ['to another port', link.replace('.com', '.com:8443')],
    ['into another channel', link.replace('C0APPROVALS', 'C0EVIL')],
    ['out of its channel', link.replace('p1772', '../C0EVIL/p1772')],
    ['that is none', 'acme'],
  ])('%s is left out', (_, other) => expect(ownPermalink(other, channel, workspace)).toBeUndefined());
  test('is left out when there is nothing to compare it with', () =>
    expect(ownPermalink(link, channel, undefined)).toBeUndefined());
});
