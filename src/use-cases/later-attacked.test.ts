import { describe, expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { dayNames } from '#domain/policy/window.ts';
import type { RequestEvent, Submitted } from '#domain/request/events.ts';
import { everything } from '#test/build/conditions.ts';
import { alice, bob, carol, erin, id } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { minutes, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, revokeGrant, withdrawRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { createConfirmer } from './confirm-start.ts';
import { draftFor, sealOfDraft } from './draft.ts';
import { extendGrant } from './extend-grant.ts';
import type { ClusterWriter } from './ports.ts';
import { commit } from './request-log.ts';
import { submitRequest } from './submit-request.ts';
import { sweepMarkers } from './sweep-markers.ts';
import { whatMayBeAsked } from './what-may-be-asked.ts';

type Filed = Awaited<ReturnType<typeof file>>;
const statusOf = async (world: World, chain: Filed) => (await look(world, chain)).request.state.status;
const approve = (world: World, chain: Filed, by = bob) =>
  approveRequest(world.bot, { by, id: chain.request.asked.id, revision: 1 });

/** Erin, of a group of Slack's, may ask too. */
const worldWithErin = (...rules: readonly Rule[]): World => {
  const world = worldOf(...rules);
  world.settings.identities = [
    ...world.settings.identities,
    { person: erin, kubernetes: { user: 'erin@example.com', groups: [] } },
  ];
  return world;
};

describe('an old log of what begins later', () => {
  test.each([
    [
      'withdrawn',
      (world: World, chain: Filed) => withdrawRequest(world.bot, { by: alice, id: chain.request.asked.id }),
    ],
    [
      'revoked',
      (world: World, chain: Filed) =>
        revokeGrant(world.bot, { by: carol, id: chain.request.asked.id, reason: 'never again' }),
    ],
  ])('that was %s before it began grants nothing, however long ago that was', async (_, takeBack) => {
    const world = worldOf(rule());
    const chain = await file(world, { start: '2026-11-25 12:00' });
    expect((await approve(world, chain)).ok).toBe(true);
    const old = (await look(world, chain)).entries.length;
    expect((await takeBack(world, chain)).ok).toBe(true);
    await settle(world);
    expect(await statusOf(world, chain)).toBe('lapsed');
    // Two days on the worker has swept its markers; three days later somebody brings back the log as it was approved.
    world.advance({ hours: 48 });
    await sweepMarkers(world.worker, world.cluster);
    world.store.tamper(chain.request.asked.id, (lines) => lines.slice(0, old));
    world.advance({ hours: 72 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });
});

describe('who is not what they were when what was approved begins', () => {
  const auto = rule({ name: 'auto', auto: true, ask: ['security'] });
  const asked = rule({ name: 'asked', ask: ['security'] });

  test.each<[string, Rule]>([
    ['a rule that approves by itself', auto],
    ['a rule that people approve by', asked],
  ])('and left the group that may ask days ago is given nothing by %s', async (_, one) => {
    const world = worldWithErin(one);
    const chain = await file(world, { by: erin, subject: erin, start: '2026-12-01 12:00' });
    if (one.auto === undefined) expect((await approve(world, chain)).ok).toBe(true);
    // The day after they change teams, and are deactivated a week before it begins.
    world.advance({ hours: 24 });
    world.directory.groups.set('S02SECURITY', new Set());
    world.directory.memberships.set(erin, 'deactivated');
    world.advance({ hours: 24 * 10 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });

  test('and whose approver left the group that decides is given nothing', async () => {
    const world = worldOf(rule({ approve: [{ from: 'security', count: 1 }] }));
    const chain = await file(world, { start: '2026-12-01 12:00' });
    expect((await approve(world, chain, erin)).ok).toBe(true);
    world.directory.groups.set('S02SECURITY', new Set());
    world.directory.memberships.set(erin, 'deactivated');
    world.advance({ hours: 24 * 11 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });
});

test('what nobody looks at does not go on beyond the longest time of its rule by asking for what begins before the end', async () => {
  const world = worldOf(rule({ auto: true, duration: { default: minutes(60), longest: minutes(60) } }));
  const first = await file(world, { duration: '1h' });
  await settle(world);
  const { id: grant } = first.request.asked;
  expect(await extendGrant(world.bot, { by: alice, id: grant, source: 'slack' })).toMatchObject({
    error: { refusal: { type: 'at-maximum' } },
  });
  // Without a time to begin at this is "You have this already".
  const second = await submitRequest(world.bot, asking({ duration: '1h', start: '12:30', origin: 'second' }));
  const third = await submitRequest(world.bot, asking({ duration: '1h', start: '13:20', origin: 'third' }));
  world.advance({ minutes: 30 });
  await settle(world);
  world.advance({ minutes: 29 });
  await settle(world);
  const states = await Promise.all([second, third].flatMap((one) => (one.ok ? [look(world, one.value)] : [])));
  // At 12:59 a second grant for the same stands beside the first, until 13:30, and a third waits.
  expect(states.map(({ request }) => request.state.status)).not.toContain('active');
});

const nightly = {
  ...everything,
  when: [
    { zone: 'UTC', days: dayNames, from: Temporal.PlainTime.from('22:00'), until: Temporal.PlainTime.from('06:00') },
  ],
};

test('what begins with the window of its rule is applied, though the API server’s clock has whole seconds and is a second behind', async () => {
  const world = worldOf(rule({ match: nightly, respondWithin: Temporal.Duration.from({ hours: 24 }) }));
  const { time } = world.cluster;
  // As the port says: from the header of an answer that is at most a second old.
  const behind: ClusterWriter = { ...world.cluster, time: async () => (await time()).subtract({ seconds: 1 }) };
  (world.worker.clusters as Map<string, ClusterWriter>).set('prod', behind);
  const chain = await file(world, { start: '22:00' });
  expect((await approve(world, chain)).ok).toBe(true);
  world.advance({ hours: 9, minutes: 59 });
  await createConfirmer(world.bot)();
  world.advance({ minutes: 1 });
  await settle(world).catch(() => undefined);
  world.advance({ seconds: 5 });
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({ status: 'active' });
});

test('an approver makes it no shorter than its rule wants at least', async () => {
  const world = worldOf(rule({ duration: { shortest: minutes(20), default: minutes(30), longest: minutes(60) } }));
  const chain = await file(world, { duration: '30m' });
  const voted = await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1, seconds: 1 });
  expect(voted.ok).toBe(false);
});

test('a rule for the night is offered by the form at noon, as it may be asked for then', async () => {
  const world = worldOf(rule({ match: nightly }));
  // Typed, it is filed.
  expect((await submitRequest(world.bot, asking({ start: '22:00' }))).ok).toBe(true);
  expect(await whatMayBeAsked(world.bot, alice)).toBeDefined();
});

/** A log that a stolen key of the bot has written: well signed and well sealed, each event at its minute after noon. */
const forge = async (
  world: World,
  changed: Partial<Submitted>,
  events: readonly (readonly [minute: number, event: RequestEvent])[],
  asked: Partial<Asking> = {},
): Promise<Filed> => {
  const request = id('fage-d2');
  const { kind, cluster, namespace, ask, by, subject, reason } = asking(asked);
  const found = world.settings.kinds.find(({ name }) => name === kind) ?? expect.fail('no kind');
  const identity = world.settings.identities.find(({ person }) => person === subject)?.kubernetes ?? expect.fail();
  const input = { request, kind, cluster, namespace, ask, identity, temporary: true };
  const draft = await draftFor(world.bot, found, input, by);
  if (!draft.ok) throw new Error('no draft');
  const [one = expect.fail('no rule')] = world.settings.policy.rules;
  const said = { kind, cluster, namespace, requester: by, subject, seconds: 600, revision: 1, ...changed };
  const seal = sealOfDraft({ id: request, ...said }, identity, draft.value, world.bot.trust.digest);
  const first = {
    type: 'submitted' as const,
    ask: ask as Submitted['ask'],
    reason,
    approval: {
      rule: one.name,
      policyHash: 'x',
      quorum: [...one.approve],
      channel: one.channel,
      settle: [...one.settle],
    },
    respondBy: world.now().add({ hours: 100 * 24 }),
    ...said,
    seal,
  };
  const start = world.now();
  let result = await commit(world.bot, request, undefined, [first], start);
  for (const [minute, event] of events) {
    if (result.type !== 'committed') throw new Error(result.type);
    result = await commit(world.bot, request, result.chain, [event], start.add({ minutes: minute }));
  }
  if (result.type !== 'committed') throw new Error(result.type);
  return result.chain;
};
const vote = (by = bob): RequestEvent => ({ type: 'voted', by, revision: 1 });
const enough = (begins: Temporal.Instant, by = [bob]): RequestEvent => ({
  type: 'approved',
  by,
  revision: 1,
  applyBy: begins.add(minutes(15)),
});

describe('a worker does not do what a stolen key of the bot has written', () => {
  test('(it does what its policy allows, so these tests test something)', async () => {
    const world = worldOf(rule());
    const chain = await forge(world, {}, [
      [0, vote()],
      [0, enough(world.now())],
    ]);
    await settle(world);
    expect(await statusOf(world, chain)).toBe('active');
  });

  test('for a beginning further away than anybody may ask for', async () => {
    const world = worldOf(rule());
    const startsAt = world.now().add({ hours: 24 * 200 });
    const chain = await forge(world, { startsAt }, [
      [0, vote()],
      [0, enough(startsAt)],
    ]);
    world.advance({ hours: 24 * 200 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });

  test('for what is taken by break-glass and begins later, though break-glass works at once', async () => {
    const breakGlass = { who: ['developers'], longest: minutes(20), remindEvery: minutes(60) };
    const world = worldOf(rule({ breakGlass }));
    const [one = expect.fail()] = world.settings.policy.rules;
    const startsAt = world.now().add({ hours: 24 * 3 });
    const chain = await forge(
      world,
      {
        startsAt,
        approval: {
          rule: one.name,
          policyHash: 'x',
          quorum: [...one.approve],
          channel: one.channel,
          breakGlass: { remindEvery: 3_600 },
        },
      },
      [[0, { type: 'approved', by: [], auto: true, revision: 1, applyBy: startsAt.add(minutes(15)) }]],
    );
    world.advance({ hours: 24 * 3 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });

  test('by the vote of somebody to whom it was not escalated yet when they voted', async () => {
    const escalate = { after: minutes(25), to: ['oncall'] };
    const world = worldOf(rule({ escalate }));
    world.settings.policy = policy({
      rules: [rule({ escalate })],
      groups: new Map([...groups, ['oncall', { type: 'people', people: [erin] }]]),
    });
    const approval = {
      rule: 'shop',
      policyHash: 'x',
      quorum: [{ from: 'platform', count: 1 }],
      channel: 'C02APPROVE',
      escalate: { after: 1_500, to: ['oncall'] },
    };
    const begins = world.now().add(minutes(25));
    const chain = await forge(world, { approval }, [
      [1, vote(erin)],
      [25, enough(begins, [erin])],
    ]);
    world.advance({ minutes: 25 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });
});
