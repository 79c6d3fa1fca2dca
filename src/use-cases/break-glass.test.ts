import { describe, expect, test } from 'vitest';
import { glass, worldWith } from '#test/build/break-glass-world.ts';
import { pattern } from '#test/build/conditions.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { gate, minutes, setting } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, reviewRequest, revokeGrant } from './act-on-request.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import { seeInbox } from './see-requests.ts';
import { submitRequest } from './submit-request.ts';
import { whatMayBeAsked } from './what-may-be-asked.ts';

const take = (world: World, changed: Partial<Asking> = {}) =>
  file(world, { breakGlass: true, duration: '15m', ...changed });
const refusal = async ({ bot }: World, changed: Partial<Asking> = {}): Promise<SubmitRefusal> => {
  const filed = await submitRequest(bot, asking({ breakGlass: true, duration: '15m', ...changed }));
  if (filed.ok) throw new Error('It was filed');
  return filed.error;
};
const typesOf = ({ entries }: Awaited<ReturnType<typeof file>>) => entries.map(({ event }) => event.type);

describe('what is taken by break-glass', () => {
  test('works at once, for its own time, and nobody was asked', async () => {
    const world = worldWith(glass());
    const chain = await file(world, { breakGlass: true });
    expect(typesOf(chain)).toEqual(['submitted', 'approved']);
    await settle(world);
    const { asked, state } = (await look(world, chain)).request;
    expect(state).toMatchObject({ status: 'active', by: [] });
    expect(asked).toMatchObject({ seconds: 1_200, approval: { rule: 'shop', breakGlass: { remindEvery: 3_600 } } });
  });

  test('is for those whom the rule names, also where they may not ask otherwise; for nobody else, and for nobody else’s sake', async () => {
    const world = worldWith(glass());
    await settle(world);
    expect((await take(world, { by: erin, subject: erin })).request.state.status).toBe('approved');
    expect(await refusal(world, { by: dave, subject: dave })).toEqual({ type: 'no-break-glass', rule: 'shop' });
    expect(await refusal(world, { by: bob, subject: bob })).toMatchObject({ type: 'not-allowed' });
    expect(await refusal(world, { by: erin, subject: alice })).toMatchObject({ type: 'unclear', field: 'ask' });
    const usual = await submitRequest(world.bot, asking({ by: erin, subject: erin, origin: 'usual' }));
    expect(usual).toMatchObject({ ok: false, error: { type: 'not-allowed' } });
  });

  test('is decided by the rule that would decide: one that refuses or knows no break-glass is not passed over', async () => {
    const refusing = rule({ name: 'never', ask: ['developers'], refuse: 'not now', approve: [] });
    expect(await refusal(worldWith(refusing, glass()))).toMatchObject({ type: 'refused', rule: 'never' });
    expect(await refusal(worldWith(rule({ name: 'strict' }), glass()))).toEqual({
      type: 'no-break-glass',
      rule: 'strict',
    });
    expect(await refusal(worldWith(rule({ auto: true })))).toEqual({ type: 'no-break-glass', rule: 'shop' });
  });

  test('needs a reason but no ticket, and lasts no longer than it may', async () => {
    const ticket = { pattern: pattern('^OPS-'), say: 'a ticket first, like OPS-12' };
    const world = worldWith(glass({ reason: ticket, permanent: true }));
    expect(await refusal(world, { reason: ' ' })).toMatchObject({ field: 'reason' });
    expect(await refusal(world, { duration: '21m' })).toMatchObject({
      field: 'duration',
      why: '21m is longer than the 20m that the rule "shop" allows by break-glass.',
    });
    expect(await refusal(world, { ...setting({ limit: '1' }), duration: 'good' })).toMatchObject({ field: 'duration' });
    const chain = await take(world);
    await settle(world);
    expect((await look(world, chain)).request.state.status).toBe('active');
  });

  test('is kept from nobody by what waits', async () => {
    const world = worldWith(glass());
    for (let index = 0; index < 20; index += 1) await file(world, { duration: `${index + 5}m`, origin: `o${index}` });
    expect((await submitRequest(world.bot, asking({ origin: 'more' }))).ok).toBe(false);
    expect((await take(world)).request.state.status).toBe('approved');
  });

  test('is not applied once the policy lets that person no longer take it', async () => {
    const world = worldWith(glass());
    const [one, two, three] = [
      await take(world),
      await take(world, { by: erin, subject: erin, origin: 'two' }),
      await take(world, { ...setting({ limit: '5' }), origin: 'three' }),
    ];
    const others = { type: 'people', people: [erin] } as const;
    const changed = new Map([...groups, ['oncall', others] as const]);
    world.settings.policy = policy({ rules: [glass()], groups: changed });
    await settle(world);
    expect((await look(world, one)).request.state).toMatchObject({ status: 'lapsed' });
    expect((await look(world, two)).request.state.status).toBe('active');
    expect((await look(world, three)).request.state).toMatchObject({ status: 'lapsed' });
    expect(
      (await world.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' }))?.live,
    ).toMatchObject(gate({ auth: 'on', limit: '10' }));
  });

  test('is offered by the form to those who may take it, and only what they may', async () => {
    const world = worldWith(rule({ name: 'bank', match: { ...rule().match, namespaces: ['bank'] } }), glass());
    const offer = async (person = erin, byBreakGlass = true) =>
      (await whatMayBeAsked(world.bot, person, { byBreakGlass }))?.namespaces('prod', 'access');
    expect(await offer()).toContain('shop');
    expect(await offer(erin, false)).toBeUndefined();
    expect(await offer(dave)).toBeUndefined();
  });
});

describe('the review of what was taken', () => {
  const taken = async () => {
    const world = worldWith(glass());
    const chain = await take(world);
    await settle(world);
    return { world, chain, id: chain.request.asked.id };
  };

  test('is for those who were not asked, once, and never for whoever took it', async () => {
    const { world, id, chain } = await taken();
    const review = (by: typeof bob) =>
      reviewRequest(world.bot, { by, id, finding: 'justified', note: ' checkout was down ' });
    expect(await review(alice)).toMatchObject({ error: { type: 'own-request' } });
    expect(await review(erin)).toMatchObject({ error: { type: 'not-entitled', groups: ['platform'] } });
    expect((await review(bob)).ok).toBe(true);
    expect(await review(carol)).toMatchObject({ error: { type: 'nothing-to-review', reviewed: bob } });
    expect((await look(world, chain)).request).toMatchObject({
      state: { status: 'active' },
      review: { by: bob, finding: 'justified', note: 'checkout was down' },
    });
  });

  test('waits in the inbox of those who were not asked, also after the end, until somebody has done it', async () => {
    const { world, id } = await taken();
    const waiting = async (person: typeof bob) =>
      (await seeInbox(world.bot, person)).waitingForMe.map(({ request }) => request.asked.id);
    expect([await waiting(bob), await waiting(alice), await waiting(erin)]).toEqual([[id], [], []]);
    world.advance({ minutes: 16 });
    await settle(world);
    expect(await waiting(carol)).toEqual([id]);
    await reviewRequest(world.bot, { by: carol, id, finding: 'not-justified', note: 'ask the next time' });
    expect([await waiting(bob), await waiting(carol)]).toEqual([[], []]);
  });

  test('is asked for again and again, each time after twice as long, until it is done, and no end waits for that', async () => {
    const { world, chain, id } = await taken();
    const reminded = async () => typesOf(await look(world, chain)).filter((type) => type === 'reminded').length;
    world.advance({ minutes: 15 });
    await settle(world);
    expect((await look(world, chain)).request.state.status).toBe('revoked');
    expect(await reminded()).toBe(0);
    for (const [after, expected] of [
      [60, 1],
      [119, 1],
      [1, 2],
      [239, 2],
      [1, 3],
    ] as const) {
      world.advance({ minutes: after });
      await settle(world);
      expect(await reminded()).toBe(expected);
    }
    await reviewRequest(world.bot, { by: bob, id, finding: 'justified', note: 'fine' });
    world.advance({ hours: 30 });
    await settle(world);
    expect(await reminded()).toBe(3);
  });

  test('is not wanted of what came to nothing', async () => {
    const world = worldWith(glass());
    const chain = await take(world);
    const { id } = chain.request.asked;
    expect((await revokeGrant(world.bot, { by: bob, id, reason: 'no' })).ok).toBe(true);
    await settle(world);
    expect((await look(world, chain)).request.state.status).toBe('lapsed');
    const result = await reviewRequest(world.bot, { by: bob, id, finding: 'justified', note: 'x' });
    expect(result).toMatchObject({ error: { type: 'nothing-to-review' } });
    expect((await seeInbox(world.bot, carol)).waitingForMe).toEqual([]);
  });
});

describe('a request that nobody decides on', () => {
  const waiting = rule({ remindEvery: minutes(10), escalate: { after: minutes(25), to: ['oncall'] } });

  test('reminds those whose turn it is, tells others once, and times out all the same', async () => {
    const world = worldWith(waiting);
    const chain = await file(world);
    const told: string[] = [];
    for (let minute = 0; minute < 61; minute += 1) {
      world.advance({ minutes: 1 });
      await settle(world);
    }
    for (const { event, at } of (await look(world, chain)).entries.slice(1))
      told.push(`${event.type} ${at.since(chain.request.asked.submittedAt).total('minutes')}`);
    expect(told).toEqual([
      'reminded 10',
      'reminded 20',
      'escalated 25',
      'reminded 30',
      'reminded 40',
      'reminded 50',
      'timed-out 60',
    ]);
  });

  test('lets those to whom it is escalated decide from then on and not before, but never on their own', async () => {
    const world = worldWith(waiting);
    const chain = await file(world);
    const { id } = chain.request.asked;
    const approve = (by: typeof bob) => approveRequest(world.bot, { by, id, revision: 1 });
    expect(await approve(erin)).toMatchObject({ error: { type: 'not-entitled' } });
    expect((await seeInbox(world.bot, erin)).waitingForMe).toEqual([]);
    world.advance({ minutes: 25 });
    expect((await seeInbox(world.bot, erin)).waitingForMe).toHaveLength(1);
    expect(await approve(alice)).toMatchObject({ error: { type: 'own-request' } });
    expect((await approve(erin)).ok).toBe(true);
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'active', by: [erin] });
  });

  test('is not applied by the worker where those who approved could not yet, or the rule escalates to others', async () => {
    const world = worldWith(waiting);
    const chain = await file(world);
    const { id } = chain.request.asked;
    world.advance({ minutes: 25 });
    expect((await approveRequest(world.bot, { by: erin, id, revision: 1 })).ok).toBe(true);
    const { policy: before } = world.settings;
    world.settings.policy = { ...before, rules: [rule({ escalate: { after: minutes(26), to: ['oncall'] } })] };
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'lapsed' });
  });

  test('that is escalated to a group nobody can look up is still decided by the others', async () => {
    const lost = rule({ escalate: { after: minutes(25), to: ['lost'] } });
    const world = worldWith(lost);
    const chain = await file(world);
    world.advance({ minutes: 30 });
    const { id } = chain.request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
  });
});
