import { describe, expect, test } from 'vitest';
import type { PersonId } from '#domain/ids.ts';
import { targetOf } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { requestLabel } from '#domain/request/stamp.ts';
import { namespaceManifest, podManifest, policyManifest } from '#test/build/network.ts';
import { openOver } from '#test/build/openings.ts';
import { alice, bob, carol, dave, erin, id } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { later } from '#test/build/requests.ts';
import { asking, createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { evaluate } from '#test/memory/rbac.ts';
import { approveRequest, denyRequest, finishGrant, revokeGrant } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { type Extending, extendGrant, offersExtension } from './extend-grant.ts';
import { createFollower } from './follow-lapsed.ts';
import { commit } from './request-log.ts';
import { runStep } from './run-step.ts';
import { submitRequest } from './submit-request.ts';

const approve = async (world: World, { request }: Chain): Promise<void> => {
  const done = await approveRequest(world.bot, { by: bob, id: request.asked.id, revision: 1 });
  if (!done.ok) throw new Error(`It was not approved: ${done.error.type}`);
};
/** A grant of half an hour, in force since noon. */
const active = async (changed: Partial<Asking> = {}, world = createWorld()) => {
  const filed = await file(world, changed);
  await approve(world, filed);
  await settle(world);
  return { world, chain: await look(world, filed) };
};
const extend = (world: World, { request }: Chain, changed: Partial<Extending> = {}) =>
  extendGrant(world.bot, { by: alice, id: request.asked.id, source: 'slack', duration: '10m', ...changed });
/** An extension that must not be refused. */
const asked = async (world: World, chain: Chain, changed: Partial<Extending> = {}): Promise<Chain> => {
  const filed = await extend(world, chain, changed);
  if (filed.ok) return filed.value;
  throw new Error(`It was refused: ${JSON.stringify(filed.error)}`);
};
const refused = async (world: World, chain: Chain, changed: Partial<Extending> = {}) => {
  const filed = await extend(world, chain, changed);
  if (filed.ok) throw new Error('It was filed');
  const { chain: _, ...refusal } = { chain: undefined, ...filed.error.refusal };
  return { of: filed.error.of, ...refusal };
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const eventsOf = async (world: World, chain: Chain) =>
  (await look(world, chain)).entries.map(({ event }) => event.type);
const edit = { verb: 'update', group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop' };
const mayEdit = ({ cluster }: World): boolean =>
  evaluate(
    cluster.objects().map(({ live }) => live),
    { user: 'alice@example.com', groups: [] },
    edit,
  ).allowed;
/** For whose request there is something in force in the cluster. */
const inForce = ({ cluster }: World): readonly string[] => [
  ...new Set(
    cluster
      .objects()
      .filter(({ ref }) => ref.kind === 'RoleBinding' || ref.kind === 'NetworkPolicy')
      .flatMap(({ live }) => live.metadata.labels?.[requestLabel] ?? []),
  ),
];
const ids = (...chains: readonly Chain[]): readonly string[] => chains.map(({ request }) => request.asked.id);

const denyAll = policyManifest('shop/deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
/** An opening of half an hour between pods that a policy isolates. */
const opened = async () => {
  const world = createWorld();
  const kind = openOver();
  world.settings.kinds = [accessOver(), kind];
  const pod = podManifest('shop/web-1', { labels: { app: 'web' }, ports: { http: 8080 } });
  for (const manifest of [namespaceManifest('shop'), pod, denyAll]) world.cluster.put(manifest);
  const ask = kind.fromWords(['app=web', 'into', 'app=web', '8080'], []);
  if (!ask.ok) throw new Error(ask.error);
  return active({ kind: 'open', ask: ask.value }, world);
};

describe('an extension', () => {
  test('is a request of its own for the same, which says what it goes on from, until the grant ends at the latest', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 10 });
    const { request } = await asked(world, chain);
    expect(request).toMatchObject({
      state: { status: 'pending' },
      asked: {
        requester: alice,
        subject: alice,
        ask: chain.request.asked.ask,
        reason: 'checkout answers 502',
        seconds: 600,
        respondBy: later(30),
        extends: { request: chain.request.asked.id, startedAt: later(0), expiresAt: later(30) },
      },
    });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active', extension: request.asked.id });
  });

  test('once approved goes on without a break from the end of the grant, which is ended, and then ends too', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 20 });
    const extension = await asked(world, chain, { reason: 'still slow' });
    const gaps: string[] = [];
    world.cluster.breakDown((method) => {
      if (!mayEdit(world)) gaps.push(method);
      return undefined;
    });
    await approve(world, extension);
    await settle(world);
    expect(await stateOf(world, extension)).toMatchObject({
      status: 'active',
      tookOver: true,
      startedAt: later(20),
      expiresAt: later(40),
    });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active', ending: { cause: 'extended' } });
    expect(inForce(world)).toEqual(ids(chain, extension));
    world.advance({ seconds: 5 });
    await settle(world);
    expect(inForce(world)).toEqual(ids(extension));
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'revoked',
      cause: 'extended',
      extension: extension.request.asked.id,
      endedBy: alice,
      lagMilliseconds: 0,
      proofs: [{ stillAllowedBy: expect.stringContaining(`"hallpass-${extension.request.asked.id}-0/shop"`) }],
    });
    world.advance({ minutes: 19, seconds: 54 });
    await settle(world);
    expect(gaps).toEqual([]);
    expect(mayEdit(world)).toBe(true);
    world.cluster.mend();
    world.advance({ seconds: 1 });
    await settle(world);
    expect(mayEdit(world)).toBe(false);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'revoked', cause: 'expired' });
    expect(await eventsOf(world, extension)).toEqual([
      'submitted',
      'voted',
      'approved',
      'activated',
      'took-over',
      'warned',
      'ended',
    ]);
  });

  test.each(['before', 'after'] as const)(
    'whose worker is cut off %s any call leaves no gap, and in the end one of the two',
    async (when) => {
      for (let nth = 1; ; nth += 1) {
        const { world, chain } = await active();
        world.advance({ minutes: 20 });
        const extension = await asked(world, chain);
        await approve(world, extension);
        const cut = cutOffAt(world, nth, when);
        for (const { request } of [extension, extension, chain]) {
          await runStep(cut.worker, request.asked.id).catch(() => undefined);
          expect(mayEdit(world)).toBe(true);
        }
        for (let round = 0; round < 3; round += 1) {
          await settle(world);
          expect(mayEdit(world)).toBe(true);
          world.advance({ seconds: 5 });
        }
        await settle(world);
        expect(inForce(world), `cut off ${when} call ${nth}`).toEqual(ids(extension));
        expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'extended' });
        expect(await stateOf(world, extension)).toMatchObject({ status: 'active', expiresAt: later(40) });
        if (!cut.failed()) return;
      }
    },
  );

  test('of an opening has policies of its own, and those of the first go', async () => {
    const { world, chain } = await opened();
    const own = (): readonly string[] => inForce(world);
    expect(own()).toEqual(ids(chain));
    const extension = await asked(world, chain);
    await approve(world, extension);
    await settle(world);
    expect(own()).toEqual(ids(chain, extension));
    world.advance({ seconds: 5 });
    await settle(world);
    expect(own()).toEqual(ids(extension));
    world.advance({ minutes: 40 });
    await settle(world);
    expect(own()).toEqual([]);
  });
});

describe('an extension that comes to nothing', () => {
  const ways: Readonly<Record<string, (world: World, extension: Chain) => Promise<unknown>>> = {
    denied: (world, { request }) =>
      denyRequest(world.bot, { by: bob, id: request.asked.id, revision: 1, reason: 'enough' }),
    'not decided on': async () => undefined,
  };

  test.each(Object.keys(ways))('because it is %s leaves the grant until its own end', async (how) => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    await ways[how]?.(world, extension);
    world.advance({ minutes: 29, seconds: 59 });
    await settle(world);
    expect(mayEdit(world)).toBe(true);
    world.advance({ seconds: 1 });
    await settle(world);
    expect(mayEdit(world)).toBe(false);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'expired' });
    expect(['denied', 'timed-out']).toContain((await stateOf(world, extension)).status);
  });

  test('because the cluster takes no second binding leaves the grant until its own end', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    await approve(world, extension);
    world.cluster.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: `hallpass-${extension.request.asked.id}-0`, namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'other' },
      subjects: [],
    });
    await settle(world);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'failed' });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active', expiresAt: later(30) });
    expect(mayEdit(world)).toBe(true);
    await asked(world, chain);
  });

  test('because the grant was given back before it was decided on cannot be approved', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
    const late = await approveRequest(world.bot, { by: bob, id: extension.request.asked.id, revision: 1 });
    expect(late).toMatchObject({ ok: false, error: { type: 'impossible', why: expect.stringMatching(/in force/) } });
    expect(await stateOf(world, extension)).toMatchObject({ status: 'pending', votes: [] });
  });

  test('because the grant was given back before it was applied is not applied', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    await approve(world, extension);
    await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
    await settle(world);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'lapsed', why: expect.stringMatching(/in force/) });
    expect(mayEdit(world)).toBe(false);
  });

  test('because what it is about moved is not asked for anew by itself, past the longest time', async () => {
    const { world, chain } = await opened();
    const extension = await asked(world, chain);
    await approve(world, extension);
    world.cluster.discard(targetOf(denyAll));
    await settle(world);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'lapsed', moved: true });
    world.cluster.put(denyAll);
    await createFollower(world.bot)();
    expect(await eventsOf(world, extension)).not.toContain('followed');
    expect(await world.store.inStatus('pending', 10)).toEqual([]);
  });

  test('because the grant was revoked at the same moment is ended too', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    await approve(world, extension);
    await runStep(world.worker, extension.request.asked.id);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'active' });
    const revoked = await revokeGrant(world.bot, { by: carol, id: chain.request.asked.id, reason: 'odd use' });
    expect(revoked.ok).toBe(true);
    await settle(world);
    expect(inForce(world)).toEqual([]);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'revoked', cause: 'unsafe' });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'revoked' });
  });
});

describe('the longest time of the rule', () => {
  test('holds from the start of the first grant, in however many steps it is asked to go on', async () => {
    const { world, chain } = await active();
    let grant = chain;
    for (let times = 0; times < 20; times += 1) {
      const state = await stateOf(world, grant);
      if (state.status !== 'active') throw new Error(`It is ${state.status}`);
      world.advance({ seconds: state.expiresAt.subtract({ seconds: 61 }).since(world.now()).total('seconds') });
      await settle(world);
      const filed = await extend(world, grant, { duration: '25m' });
      if (!filed.ok) break;
      await approve(world, filed.value);
      await settle(world);
      world.advance({ seconds: 6 });
      await settle(world);
      grant = filed.value;
      expect(inForce(world)).toEqual(ids(grant));
    }
    expect(await refused(world, grant)).toEqual({
      of: 'extension',
      type: 'at-maximum',
      longest: rule().duration.longest,
      reachedAt: later(120),
    });
    expect(await stateOf(world, grant)).toMatchObject({ expiresAt: later(120) });
    world.advance({ minutes: 2 });
    await settle(world);
    expect(mayEdit(world)).toBe(false);
  });

  test('cuts what is asked to what is left', async () => {
    const { world, chain } = await active({ duration: '110m' });
    expect((await asked(world, chain, { duration: '1h' })).request.asked.seconds).toBe(600);
  });

  test('that is shorter by the time it is applied cuts it further', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain, { duration: '1h' });
    const { default: usual } = rule().duration;
    const shorter = rule({ duration: { default: usual, longest: Temporal.Duration.from({ hours: 1 }) } });
    world.settings.policy = policy({ rules: [shorter] });
    await approve(world, extension);
    await settle(world);
    expect(await stateOf(world, extension)).toMatchObject({ status: 'active', expiresAt: later(60) });
  });

  test('is not stretched by a bot that says another start, end, or grant', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 20 });
    const honest = await asked(world, chain);
    const [first] = honest.entries;
    if (first?.event.type !== 'submitted' || first.event.extends === undefined) throw new Error('It says nothing');
    const { event } = first;
    const told = first.event.extends;
    const lies = [
      { ...told, startedAt: later(20) },
      { ...told, expiresAt: later(60) },
      { ...told, request: honest.request.asked.id },
      { ...told, request: id('zzzz-zz') },
    ];
    for (const [index, lie] of lies.entries()) {
      const forged = id(`abcd-e${index + 2}`);
      const filed = await commit(world.bot, forged, undefined, [{ ...event, extends: lie }], world.now());
      if (filed.type !== 'committed') throw new Error(filed.type);
      const agreed: readonly RequestEvent[] = [
        { type: 'voted', by: bob, revision: 1 },
        { type: 'approved', by: [bob], revision: 1, applyBy: world.now().add({ minutes: 15 }) },
      ];
      await commit(world.bot, forged, filed.chain, agreed, world.now());
      await settle(world);
      expect(await stateOf(world, filed.chain)).toMatchObject({ status: 'lapsed' });
    }
    expect(inForce(world)).toEqual(ids(chain));
  });
});

describe('one extension', () => {
  /** By a bot that is cut off before it could say so in the grant's log. */
  const filedOnly = async ({ bot, store }: World, { request }: Chain) => {
    const append: typeof store.append = async (...given) => {
      if (given[0] === request.asked.id) throw new Error('cut off');
      return store.append(...given);
    };
    const which = { by: alice, id: request.asked.id, source: 'slack' } as const;
    await expect(extendGrant({ ...bot, store: { ...store, append } }, which)).rejects.toThrow('cut off');
    return store.inStatus('pending', 10);
  };

  test('waits at a time, and who asks again is told which', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    const waiting = { of: 'grant', type: 'already-extended', request: extension.request.asked.id, waiting: true };
    expect(await refused(world, chain)).toEqual(waiting);
    await approve(world, extension);
    expect(await refused(world, chain)).toEqual(waiting);
    await settle(world);
    expect(await refused(world, chain)).toEqual({ ...waiting, waiting: false });
    world.advance({ seconds: 5 });
    await settle(world);
    expect(await refused(world, chain)).toEqual({ ...waiting, waiting: false });
    await asked(world, extension);
  });

  test('is filed by two clicks at the same moment', async () => {
    const { world, chain } = await active();
    const filed = await Promise.all([extend(world, chain), extend(world, chain), extend(world, chain)]);
    expect(filed.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.store.inStatus('pending', 10)).toHaveLength(1);
    expect((await eventsOf(world, chain)).filter((type) => type === 'extension-asked')).toHaveLength(1);
  });

  test('that was filed by a bot that was cut off before it could say so is found again', async () => {
    const { world, chain } = await active();
    const [filed] = await filedOnly(world, chain);
    expect(await refused(world, chain)).toMatchObject({ type: 'already-extended', request: filed, waiting: true });
    expect(await stateOf(world, chain)).toMatchObject({ extension: filed });
  });

  test('that was denied may be asked for anew, also where the log of the grant does not know of it', async () => {
    const { world, chain } = await active();
    for (const filed of await filedOnly(world, chain))
      await denyRequest(world.bot, { by: bob, id: filed, revision: 1, reason: 'no' });
    for (let times = 0; times < 3; times += 1) {
      const extension = await asked(world, chain);
      await denyRequest(world.bot, { by: bob, id: extension.request.asked.id, revision: 1, reason: 'no' });
    }
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
  });
});

describe('who has it by the grant that is extended', () => {
  test('does not have it already, but asks for nothing else like that', async () => {
    const { world, chain } = await active();
    const again = await submitRequest(world.bot, asking({ origin: 'form 2' }));
    expect(again).toMatchObject({ ok: false, error: { type: 'already-have' } });
    const [other] = chain.request.state.status === 'active' ? chain.request.state.objects : [];
    const elsewhere = { request: id('abcd-ef'), startedAt: later(0), expiresAt: later(30) };
    const byAnother = asking({ origin: 'form 3', extends: { grant: elsewhere, objects: [`not-${other?.name}`] } });
    expect(await submitRequest(world.bot, byAnother)).toMatchObject({ ok: false, error: { type: 'already-have' } });
    await asked(world, chain);
  });

  test('and has it by something else as well is told so where the authorizer names that', async () => {
    const { world, chain } = await active();
    const rbac = 'rbac.authorization.k8s.io';
    const [all, name] = ['*', 'admins'];
    world.cluster.put({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: [all], resources: [all], verbs: [all] }],
    });
    world.cluster.put({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', name: 'alice@example.com' }],
    });
    // Of several bindings the authorizer may name the grant's: then the extension is filed, and harms nobody.
    for (const { ref } of world.cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding'))
      world.cluster.discard(ref);
    expect(await refused(world, chain)).toMatchObject({ of: 'extension', type: 'already-have' });
  });
});

describe('an extension is refused', () => {
  test.each<[string, PersonId]>([
    ['a stranger', erin],
    ['an approver', bob],
    ['somebody who may ask for the same', dave],
  ])('to %s, who learns nothing', async (_, by) => {
    const { world, chain } = await active();
    const notYours = { of: 'grant', type: 'not-yours', may: 'requester-or-subject' };
    expect(await refused(world, chain, { by })).toEqual(notYours);
    world.advance({ hours: 1 });
    await settle(world);
    expect(await refused(world, chain, { by })).toEqual(notYours);
  });

  test('of what is not there', async () => {
    const { world } = await active();
    const nobody = await extendGrant(world.bot, { by: alice, id: id('zzzz-zz'), source: 'slack' });
    expect(nobody).toMatchObject({ error: { of: 'grant', refusal: { type: 'no-such-request' } } });
  });

  test('of what waits, is over, or is being ended', async () => {
    const world = createWorld();
    const chain = await file(world);
    expect(await refused(world, chain)).toMatchObject({ type: 'not-active', status: 'pending' });
    await approve(world, chain);
    expect(await refused(world, chain)).toMatchObject({ type: 'not-active', status: 'approved' });
    await settle(world);
    await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
    expect(await refused(world, chain)).toMatchObject({ type: 'already-ending', by: alice });
    await settle(world);
    expect(await refused(world, chain)).toMatchObject({ type: 'already-over', status: 'revoked' });
  });

  test('of what has reached its end, though no worker has ended it yet', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 30 });
    expect(await refused(world, chain)).toMatchObject({ type: 'time-over', at: later(30) });
  });

  test.each(['0m', '-5m', '5', 'soon', '3h', 'good', '999999d', '10m 5m'])('for %j', async (duration) => {
    const { world, chain } = await active();
    expect(await refused(world, chain, { duration })).toMatchObject({ of: 'extension', type: 'unclear' });
    expect(await world.store.inStatus('pending', 10)).toEqual([]);
    expect(await stateOf(world, chain)).not.toHaveProperty('extension');
  });

  test('with a reason that nobody would read', async () => {
    const { world, chain } = await active();
    expect(await refused(world, chain, { reason: 'x'.repeat(1_001) })).toMatchObject({ type: 'unclear' });
  });

  test('once the policy lets the person ask no more, or the kind cannot be extended', async () => {
    const { world, chain } = await active();
    world.settings.policy = policy({ rules: [rule({ ask: ['platform'] })] });
    expect(await refused(world, chain)).toMatchObject({ of: 'extension', type: 'not-allowed' });
    world.settings.kinds = [{ ...accessOver(), mayBeExtended: 'no' }];
    expect(await refused(world, chain)).toEqual({ of: 'grant', type: 'not-extendable' });
  });
});

test('it is offered while it is in force, can be extended, and the rule leaves time', async () => {
  const { world, chain } = await active();
  const offers = async () => offersExtension(world.settings, (await look(world, chain)).request);
  expect(await offers()).toBe(true);
  const kinds = world.settings.kinds;
  world.settings.kinds = [{ ...accessOver(), mayBeExtended: 'no' }];
  expect(await offers()).toBe(false);
  world.settings.kinds = kinds;
  const { default: usual } = rule().duration;
  world.settings.policy = policy({ rules: [rule({ duration: { default: usual, longest: usual } })] });
  expect(await offers()).toBe(false);
  world.settings.policy = policy();
  await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
  expect(await offers()).toBe(false);
});

describe('a warning', () => {
  const warnings = async (world: World, chain: Chain): Promise<number> =>
    (await eventsOf(world, chain)).filter((type) => type === 'warned').length;

  test('is written once, by whichever of several workers, and also when all jobs were lost', async () => {
    const { world, chain } = await active();
    world.jobs.lose();
    world.advance({ minutes: 22, seconds: 29 });
    await settle(world);
    expect(await warnings(world, chain)).toBe(0);
    world.advance({ seconds: 3 });
    const { id: which } = chain.request.asked;
    await Promise.all([runStep(world.worker, which), runStep(world.worker, which)]);
    await settle(world);
    world.advance({ minutes: 5 });
    await settle(world);
    expect(await warnings(world, chain)).toBe(1);
    world.advance({ minutes: 3 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'expired' });
  });

  test('that nobody could write before the end is not written then: the grant is ended at once', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await warnings(world, chain)).toBe(0);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', lagMilliseconds: 0 });
  });

  test('is not written of what was given back or extended', async () => {
    const { world, chain } = await active();
    const extension = await asked(world, chain);
    await approve(world, extension);
    await settle(world);
    world.advance({ minutes: 29 });
    await settle(world);
    expect(await warnings(world, chain)).toBe(0);
    await finishGrant(world.bot, { by: alice, id: extension.request.asked.id });
    world.advance({ minutes: 9 });
    await settle(world);
    expect(await warnings(world, extension)).toBe(0);
  });

  test('is for no grant shorter than five minutes', async () => {
    const { world, chain } = await active({ duration: '4m59s' });
    world.advance({ minutes: 4, seconds: 58 });
    await settle(world);
    expect(await warnings(world, chain)).toBe(0);
  });
});
