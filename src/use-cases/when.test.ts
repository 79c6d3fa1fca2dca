import { describe, expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { dayNames } from '#domain/policy/window.ts';
import { everything } from '#test/build/conditions.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { gate, minutes, setting, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, revokeGrant, withdrawRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { createConfirmer } from './confirm-start.ts';
import { checkPending } from './revise-request.ts';
import { submitRequest } from './submit-request.ts';

const refused = async ({ bot }: World, changed: Partial<Asking>) => {
  const filed = await submitRequest(bot, asking(changed));
  return filed.ok ? undefined : filed.error;
};
const stateOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state;
const approve = (world: World, chain: Awaited<ReturnType<typeof file>>, by = bob, seconds?: number) =>
  approveRequest(world.bot, { by, id: chain.request.asked.id, revision: 1, seconds });

describe('an approver may shorten it', () => {
  test('and it ends that much earlier', async () => {
    const world = worldOf(rule());
    const chain = await file(world, { duration: '1h' });
    expect((await approve(world, chain, bob, 600)).ok).toBe(true);
    await settle(world);
    const state = await stateOf(world, chain);
    if (state.status !== 'active') return expect(state.status).toBe('active');
    expect(state.expiresAt.since(state.startedAt).total('seconds')).toBe(600);
    world.advance({ seconds: 600 });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('revoked');
  });

  test('and what several give is the least of it, whoever comes last', async () => {
    const world = worldOf(rule({ approve: [{ from: 'platform', count: 2 }] }));
    const chain = await file(world, { duration: '1h' });
    await approve(world, chain, bob, 900);
    await approve(world, chain, carol, 1_200);
    expect((await look(world, chain)).entries.at(-1)?.event).toMatchObject({ type: 'approved', seconds: 900 });
    await settle(world);
    const state = await stateOf(world, chain);
    if (state.status !== 'active') return expect(state.status).toBe('active');
    expect(state.expiresAt.since(state.startedAt).total('seconds')).toBe(900);
  });

  test('and never lengthen it, nor make of what is for good something for a time', async () => {
    const world = worldOf(rule({ permanent: true }));
    const chain = await file(world, { duration: '1h' });
    expect(await approve(world, chain, bob, 3_601)).toMatchObject({ error: { type: 'not-shorter', longest: 3_600 } });
    const whole = await approve(world, chain, bob, 3_600);
    expect(whole.ok && whole.value.entries.at(-1)?.event).not.toHaveProperty('seconds');
    const good = await file(world, { ...setting({ limit: '1' }), duration: 'good' });
    expect(await approve(world, good, bob, 600)).toMatchObject({ error: { type: 'not-shorter' } });
  });

  test('of a change: it is taken back that much earlier', async () => {
    const world = worldOf(rule());
    const chain = await file(world, setting({ limit: '1' }));
    await approve(world, chain, bob, 120);
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
    world.advance({ seconds: 120 });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('revoked');
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' };
    expect((await world.cluster.get(ref))?.live).toMatchObject(gate({ auth: 'on', limit: '10' }));
  });
});

/** Noon is 2026-11-20T12:00Z, a Friday; alice's clock shows one hour more. */
const worldIn = (...rules: readonly Rule[]): World => {
  const world = worldOf(...rules);
  const { person } = world.directory;
  const directory = {
    ...world.directory,
    person: async (id: typeof alice) => {
      const found = await person(id);
      return found && { ...found, zone: 'Europe/Berlin' };
    },
  };
  return { ...world, bot: { ...world.bot, directory } };
};

describe('what begins later', () => {
  test('is applied at its time, by the clock of whoever asked, and lasts its whole time from then', async () => {
    const world = worldIn(rule());
    const chain = await file(world, { start: '15:00' });
    expect(chain.request.asked.startsAt?.toString()).toBe('2026-11-20T14:00:00Z');
    await approve(world, chain);
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('approved');
    world.advance({ hours: 1, minutes: 59, seconds: 59 });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('approved');
    await createConfirmer(world.bot)();
    world.advance({ seconds: 1 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
    const state = await stateOf(world, chain);
    if (state.status === 'active') expect(state.expiresAt.toString()).toBe('2026-11-20T14:30:00Z');
  });

  test('that is approved after its time begins at once', async () => {
    const world = worldIn(rule());
    const chain = await file(world, { start: '13:10' });
    world.advance({ minutes: 20 });
    await approve(world, chain);
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
  });

  test('can be taken back until then, by whoever asked and by those who decide, and is done with at once', async () => {
    const world = worldIn(rule());
    const [one, two] = [await file(world, { start: '15:00' }), await file(world, { start: '16:00', origin: 'two' })];
    for (const chain of [one, two]) await approve(world, chain);
    expect((await withdrawRequest(world.bot, { by: alice, id: one.request.asked.id })).ok).toBe(true);
    const revoked = await revokeGrant(world.bot, { by: carol, id: two.request.asked.id, reason: 'not tonight' });
    expect(revoked.ok).toBe(true);
    await settle(world);
    for (const chain of [one, two]) expect((await stateOf(world, chain)).status).toBe('lapsed');
    world.advance({ hours: 5 });
    await settle(world);
    expect(await world.cluster.managed('hallpass.dev/request')).toEqual([]);
  });

  test('is decided on by the rule for the time when it begins, also at the click', async () => {
    const night = {
      ...everything,
      when: [
        {
          zone: 'Europe/Berlin',
          days: dayNames,
          from: Temporal.PlainTime.from('22:00'),
          until: Temporal.PlainTime.from('06:00'),
        },
      ],
    };
    const world = worldIn(rule({ name: 'night', match: night, respondWithin: Temporal.Duration.from({ hours: 24 }) }));
    expect(await refused(world, {})).toMatchObject({ type: 'not-allowed' });
    expect(await refused(world, { start: '21:59' })).toMatchObject({ type: 'not-allowed' });
    const chain = await file(world, { start: '02:00' });
    expect(await checkPending(world.bot, chain)).toEqual({ type: 'same' });
    expect((await approve(world, chain)).ok).toBe(true);
    world.advance({ hours: 12, minutes: 59 });
    await createConfirmer(world.bot)();
    world.advance({ minutes: 1 });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
  });

  test('is not applied once its rule no longer fits that time', async () => {
    const world = worldIn(rule());
    const chain = await file(world, { start: '15:00' });
    await approve(world, chain);
    const day = [
      { zone: 'UTC', days: dayNames, from: Temporal.PlainTime.from('12:00'), until: Temporal.PlainTime.from('13:30') },
    ];
    world.settings.policy = { ...world.settings.policy, rules: [rule({ match: { ...everything, when: day } })] };
    world.advance({ hours: 1, minutes: 59 });
    await createConfirmer(world.bot)();
    world.advance({ minutes: 1 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
  });

  test('whose time nobody can read, or that goes on from another grant or breaks the glass, is refused', async () => {
    const breakGlass = {
      who: ['developers'],
      longest: Temporal.Duration.from({ minutes: 20 }),
      remindEvery: Temporal.Duration.from({ hours: 1 }),
    };
    const world = worldIn(rule({ breakGlass }));
    expect(await refused(world, { start: 'soon' })).toMatchObject({ type: 'unclear', field: 'start' });
    expect(await refused(world, { start: '15:00', breakGlass: true })).toMatchObject({
      type: 'unclear',
      field: 'start',
    });
    const nowhere = worldOf(rule());
    expect((await file(nowhere, { start: '15:00' })).request.asked.startsAt?.toString()).toBe('2026-11-20T15:00:00Z');
  });

  describe('long after it was approved is confirmed before', () => {
    const tonight = async (...rules: readonly Rule[]) => {
      const world = worldIn(...rules);
      const chain = await file(world, { start: '18:00' });
      expect((await approve(world, chain)).ok).toBe(true);
      const confirm = createConfirmer(world.bot);
      await confirm();
      expect((await look(world, chain)).entries.at(-1)?.event.type).toBe('approved');
      world.advance({ hours: 4, minutes: 58 });
      return { world, chain, confirm };
    };

    test('and begins', async () => {
      const { world, chain, confirm } = await tonight(rule());
      await confirm();
      await confirm();
      expect((await look(world, chain)).entries.map(({ event }) => event.type).slice(3)).toEqual(['confirmed']);
      world.advance({ minutes: 2 });
      await settle(world);
      expect((await stateOf(world, chain)).status).toBe('active');
    });

    test('and waits while nobody can say, at most until it may not be applied any more', async () => {
      const { world, chain, confirm } = await tonight(rule());
      world.directory.down.add('person');
      await confirm();
      world.advance({ minutes: 2 });
      await settle(world);
      expect((await stateOf(world, chain)).status).toBe('approved');
      world.advance({ minutes: 10 });
      await settle(world);
      world.directory.down.clear();
      await confirm();
      await settle(world);
      expect((await stateOf(world, chain)).status).toBe('active');
      const late = await tonight(rule());
      late.world.advance({ minutes: 17, seconds: 5 });
      await settle(late.world);
      expect(await stateOf(late.world, late.chain)).toMatchObject({ status: 'lapsed' });
    });

    test.each<[string, (world: World) => void]>([
      ['who asked was deactivated', ({ directory }) => void directory.memberships.set(alice, 'deactivated')],
      ['who approved was deactivated', ({ directory }) => void directory.memberships.set(bob, 'deactivated')],
      [
        'who approved left the group',
        ({ settings }) => {
          const platform = { type: 'people', people: [carol] } as const;
          settings.policy = {
            ...settings.policy,
            groups: new Map([...settings.policy.groups, ['platform', platform]]),
          };
        },
      ],
    ])('and does not begin where %s', async (_, happens) => {
      const { world, chain, confirm } = await tonight(rule());
      happens(world);
      await confirm();
      expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed', moved: false });
    });

    test('by the bot and nobody else, and only for what needs it', async () => {
      const world = worldIn(rule());
      const chain = await file(world, { start: '13:10' });
      await approve(world, chain);
      world.advance({ minutes: 10 });
      await settle(world);
      expect((await stateOf(world, chain)).status).toBe('active');
    });
  });

  test('does not overlap what the same person has or is to have of the same then', async () => {
    const world = worldIn(rule());
    const now = await file(world, { duration: '1h' });
    await approve(world, now);
    await settle(world);
    const { id: request } = now.request.asked;
    const until = Temporal.Instant.from('2026-11-20T13:00:00Z');
    expect(await refused(world, { start: '13:59', origin: 'a' })).toEqual({ type: 'has-it-then', request, until });
    expect(await refused(world, { by: dave, start: '13:59', origin: 'a' })).toMatchObject({
      type: 'already-have',
      who: 'they',
    });
    const next = await file(world, { start: '14:00', duration: '30m', origin: 'b' });
    await approve(world, next);
    expect(await refused(world, { start: '14:29', origin: 'c' })).toMatchObject({ type: 'has-it-then' });
    expect(await refused(world, { start: '14:30', origin: 'd' })).toBeUndefined();
    const other = { profile: 'ingress-view', objects: [] };
    expect(await refused(world, { ask: other, start: '14:10', origin: 'e' })).toBeUndefined();
    expect(await refused(world, { by: dave, subject: dave, start: '14:10', origin: 'f' })).toBeUndefined();
    // What begins at once must not run into it either.
    world.advance({ minutes: 59, seconds: 59 });
    await settle(world);
    world.advance({ seconds: 1 });
    await settle(world);
    const tonight = await file(world, { start: '20:00', origin: 'g' });
    await approve(world, tonight);
    world.advance({ hours: 5 });
    expect(await refused(world, { duration: '2h', origin: 'h' })).toMatchObject({ type: 'has-it-then' });
    const glass = { who: ['developers'], longest: minutes(120), remindEvery: minutes(60) };
    world.settings.policy = { ...world.settings.policy, rules: [rule({ breakGlass: glass })] };
    expect(await refused(world, { duration: '2h', breakGlass: true, origin: 'i' })).toBeUndefined();
  });

  test('is not refused for what has begun between being looked for and being looked at', async () => {
    const world = worldIn(rule());
    const of = (name: string) => ({ ask: { profile: 'ingress-edit', objects: [name] } });
    const chain = await file(world, { ...of('web'), duration: '1h' });
    const { store } = world.bot;
    await approve(world, chain);
    const approved = await store.inStatus('approved', 500);
    expect(approved).toEqual([chain.request.asked.id]);
    await settle(world);
    const behind = { ...world, bot: { ...world.bot, store: { ...store, inStatus: async () => approved } } };
    // The authorizer tells of the same object, and has nothing against another one by the same profile.
    expect(await refused(behind, { ...of('web'), origin: 'a' })).toMatchObject({ type: 'already-have', who: 'you' });
    expect(await refused(behind, { ...of('another'), origin: 'b' })).toBeUndefined();
  });

  test('says nothing of its rule to who may not ask', async () => {
    expect(await refused(worldIn(rule()), { by: erin, subject: erin, start: '15:00' })).toMatchObject({
      type: 'not-allowed',
    });
  });
});
