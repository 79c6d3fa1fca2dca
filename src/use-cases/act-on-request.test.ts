import { describe, expect, test } from 'vitest';
import type { PersonId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { alice, bob, carol, dave, erin, id } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, denyRequest, finishGrant, revokeGrant, withdrawRequest } from './act-on-request.ts';

const approve = ({ bot }: World, { request }: Chain, by: PersonId, revision = 1) =>
  approveRequest(bot, { by, id: request.asked.id, revision });
const eventsOf = (chain: Chain) => chain.entries.map(({ event }) => event.type);

/** A world in which so many of `platform` have to agree, and a request in it. */
const withQuorum = async (...approvers: readonly (readonly [from: string, count: number])[]) => {
  const world = createWorld();
  const wanted = approvers.map(([from, count]) => ({ from, count }));
  world.settings.policy = policy({ rules: [rule({ approve: wanted })] });
  return { world, chain: await file(world) };
};
const withOne = () => withQuorum(['platform', 1]);

const active = async () => {
  const { world, chain } = await withOne();
  await approve(world, chain, bob);
  await settle(world);
  expect((await look(world, chain)).request.state.status).toBe('active');
  return { world, chain };
};

describe('an approval', () => {
  test('is committed and its application asked for at once', async () => {
    const { world, chain } = await withOne();
    world.jobs.lose();
    expect((await approve(world, chain, bob)).ok).toBe(true);
    expect(eventsOf(await look(world, chain))).toEqual(['submitted', 'voted', 'approved']);
    expect(world.jobs.waiting().map((job) => job.do)).toEqual(['apply', 'show']);
  });

  test('by a hundred clicks of three people at once is one decision, and each counts once', async () => {
    const { world, chain } = await withQuorum(['platform', 2]);
    const clicks = Array.from({ length: 100 }, (_, index) =>
      approve(world, chain, [bob, carol, dave][index % 3] ?? bob),
    );
    const answers = await Promise.all(clicks);
    const { request, entries } = await look(world, chain);
    expect(request.state.status).toBe('approved');
    expect(entries.map(({ event }) => event.type)).toEqual(['submitted', 'voted', 'voted', 'approved']);
    const voters = entries.flatMap(({ event }) => (event.type === 'voted' ? [event.by] : []));
    expect(new Set(voters).size).toBe(2);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
    const told = new Set(answers.flatMap((answer) => (answer.ok ? [] : [answer.error.type])));
    expect([...told].toSorted()).toEqual(
      ['already-over', 'already-voted'].filter((type) => told.has(type as 'already-over')),
    );
  });

  test('and a denial at once are one decision, and the other is told whose', async () => {
    const { world, chain } = await withOne();
    const { id: which } = chain.request.asked;
    const answers = await Promise.all([
      approve(world, chain, bob),
      denyRequest(world.bot, { by: carol, id: which, revision: 1, reason: 'no' }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const [lost] = answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));
    expect(lost).toMatchObject({ type: 'already-over' });
    const decisions = eventsOf(await look(world, chain)).filter((type) => type === 'approved' || type === 'denied');
    expect(decisions).toHaveLength(1);
  });

  test('of one person in both groups does not decide', async () => {
    const { world, chain } = await withQuorum(['platform', 1], ['security', 1]);
    world.directory.groups.set('S02SECURITY', new Set([bob, erin]));
    await approve(world, chain, bob);
    expect((await look(world, chain)).request.state.status).toBe('pending');
    await approve(world, chain, erin);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'approved', by: [bob, erin] });
  });

  test('of somebody who has left the group since no longer counts', async () => {
    const { world, chain } = await withQuorum(['security', 2]);
    world.directory.groups.set('S02SECURITY', new Set([bob, carol, erin]));
    await approve(world, chain, bob);
    world.directory.groups.set('S02SECURITY', new Set([carol, erin]));
    await approve(world, chain, carol);
    expect((await look(world, chain)).request.state.status).toBe('pending');
    await approve(world, chain, erin);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'approved', by: [carol, erin] });
  });

  test('of the requester is refused, member of the approvers or not', async () => {
    const { world } = await withOne();
    const mine = await file(world, { by: dave, subject: dave, origin: 'of dave' });
    expect(await approve(world, mine, dave)).toMatchObject({
      ok: false,
      error: { type: 'own-request', as: 'requester' },
    });
    const given = await file(world, { by: alice, subject: dave, origin: 'for dave' });
    expect(await approve(world, given, dave)).toMatchObject({
      ok: false,
      error: { type: 'own-request', as: 'subject' },
    });
  });

  test('of a stale card is refused', async () => {
    const { world, chain } = await withOne();
    expect(await approve(world, chain, bob, 2)).toMatchObject({
      ok: false,
      error: { type: 'stale-revision', current: 1 },
    });
  });

  test.each(['person', 'members'] as const)('is a no when Slack cannot be asked for: %s', async (what) => {
    const { world, chain } = await withOne();
    world.directory.down.add(what);
    expect(await approve(world, chain, bob)).toMatchObject({ ok: false, error: { type: 'lookup-failed' } });
    expect(eventsOf(await look(world, chain))).toEqual(['submitted']);
  });

  test('is a no when the policy no longer knows the group', async () => {
    const { world, chain } = await withOne();
    world.settings.policy = policy({ groups: new Map() });
    expect(await approve(world, chain, bob)).toMatchObject({
      ok: false,
      error: { type: 'lookup-failed', what: 'the members of platform' },
    });
  });

  test('of somebody whom the policy drops while it is being recorded is a no', async () => {
    const { world, chain } = await withOne();
    const groups = new Map(world.settings.policy.groups).set('platform', { type: 'people', people: [carol] });
    const [before, after] = [{ ...world.settings }, { ...world.settings, policy: policy({ groups }) }];
    let settings = before;
    const now = () => {
      settings = after;
      return world.bot.clock.now();
    };
    const bot = { ...world.bot, settings: () => settings, clock: { now } };
    const which = { by: bob, id: chain.request.asked.id, revision: 1 };
    expect(await approveRequest(bot, which)).toMatchObject({ ok: false, error: { type: 'not-entitled' } });
    expect(eventsOf(await look(world, chain))).toEqual(['submitted']);
  });

  test.each(['guest', 'deactivated', 'stranger', 'bot'] as const)(
    'of a %s is a no, whatever their groups',
    async (membership) => {
      const { world, chain } = await withOne();
      world.directory.memberships.set(bob, membership);
      expect(await approve(world, chain, bob)).toMatchObject({
        ok: false,
        error: { type: 'not-a-member', membership },
      });
    },
  );

  test('of an outsider is a no that says nothing of the state', async () => {
    const { world, chain } = await withOne();
    const before = await approve(world, chain, erin);
    await approve(world, chain, bob);
    const after = await approve(world, chain, erin);
    const said = [before, after].map((answer) => (answer.ok ? undefined : { ...answer.error, chain: undefined }));
    expect(said[0]).toEqual(said[1]);
    expect(said[0]).toMatchObject({ type: 'not-entitled' });
  });

  test('after the time is over changes nothing, even before the time-out was written', async () => {
    const { world, chain } = await withOne();
    world.advance({ minutes: 60 });
    expect(await approve(world, chain, bob)).toMatchObject({ ok: false, error: { type: 'too-late' } });
    await settle(world);
    expect(await approve(world, chain, bob)).toMatchObject({
      ok: false,
      error: { type: 'already-over', status: 'timed-out' },
    });
    expect(world.cluster.objects()).toEqual([]);
  });

  test('of what was withdrawn changes nothing and says by whom and when', async () => {
    const { world, chain } = await withOne();
    await withdrawRequest(world.bot, { by: alice, id: chain.request.asked.id });
    world.advance({ minutes: 5 });
    expect(await approve(world, chain, bob)).toMatchObject({
      ok: false,
      error: { type: 'already-over', status: 'withdrawn', by: [alice], at: chain.request.asked.submittedAt },
    });
  });
});

describe('a request that cannot be acted on', () => {
  test('is one that is not there', async () => {
    const { bot } = createWorld();
    const answer = await approveRequest(bot, { by: bob, id: id('zzzz-zz'), revision: 1 });
    expect(answer).toEqual({ ok: false, error: { type: 'no-such-request', id: 'zzzz-zz' } });
  });

  test('is one whose log was edited', async () => {
    const { world, chain } = await withOne();
    world.store.tamper(chain.request.asked.id, (lines) => lines.map((line) => line.replace('502', '503')));
    expect(await approve(world, chain, bob)).toEqual({ ok: false, error: { type: 'broken-log' } });
    expect(world.alarms).toEqual(['The log of a request cannot be believed; nothing is done for it']);
  });
});

describe('a denial', () => {
  test('is by one who may decide, with the reason', async () => {
    const { world, chain } = await withQuorum(['platform', 2]);
    await denyRequest(world.bot, { by: carol, id: chain.request.asked.id, revision: 1, reason: ' not on Friday ' });
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'denied',
      by: carol,
      reason: 'not on Friday',
    });
  });

  test('is never applied', async () => {
    const { world, chain } = await withOne();
    await denyRequest(world.bot, { by: carol, id: chain.request.asked.id, revision: 1, reason: 'no' });
    await settle(world);
    world.advance({ hours: 2 });
    await settle(world);
    expect(world.cluster.objects()).toEqual([]);
    expect((await look(world, chain)).request.state.status).toBe('denied');
  });
});

describe('what is somebody’s own does not wait for groups to be looked up', () => {
  test('a request can be withdrawn', async () => {
    const { world, chain } = await withOne();
    world.directory.down.add('members');
    expect((await withdrawRequest(world.bot, { by: alice, id: chain.request.asked.id })).ok).toBe(true);
  });

  test('a grant can be given back, also when the policy no longer knows its approvers', async () => {
    const { world, chain } = await active();
    world.directory.down.add('members');
    world.settings.policy = policy({ groups: new Map() });
    expect((await finishGrant(world.bot, { by: alice, id: chain.request.asked.id })).ok).toBe(true);
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'revoked',
      cause: 'done',
      endedBy: alice,
    });
  });
});

describe('a revocation', () => {
  test('by an approver ends the grant at once', async () => {
    const { world, chain } = await active();
    expect((await revokeGrant(world.bot, { by: carol, id: chain.request.asked.id, reason: 'odd' })).ok).toBe(true);
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'revoked',
      cause: 'revoked',
      endedBy: carol,
    });
  });

  test('by two at once is asked for once', async () => {
    const { world, chain } = await active();
    const { id: which } = chain.request.asked;
    const answers = await Promise.all([
      revokeGrant(world.bot, { by: bob, id: which, reason: 'a' }),
      revokeGrant(world.bot, { by: carol, id: which, reason: 'b' }),
      finishGrant(world.bot, { by: alice, id: which }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(eventsOf(await look(world, chain)).filter((type) => type === 'end-requested')).toHaveLength(1);
    await settle(world);
    expect(eventsOf(await look(world, chain)).filter((type) => type === 'ended')).toHaveLength(1);
  });

  test('by somebody without a say is a no', async () => {
    const { world, chain } = await active();
    expect(await revokeGrant(world.bot, { by: erin, id: chain.request.asked.id, reason: '' })).toMatchObject({
      ok: false,
      error: { type: 'not-entitled' },
    });
  });
});
