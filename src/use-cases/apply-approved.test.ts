import { describe, expect, test } from 'vitest';
import type { Chain } from '#domain/request/chain.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';
import { later } from '#test/build/requests.ts';
import { createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, revokeGrant, withdrawRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { runStep } from './run-step.ts';

/** A world with a request that was just approved and not yet applied. */
const approved = async (changed: Partial<Asking> = {}, profiles = ['*']): Promise<{ world: World; chain: Chain }> => {
  const world = createWorld();
  const match = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles };
  world.settings.policy = policy({ rules: [rule({ match })] });
  const filed = await file(world, changed);
  const chain = await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
  if (!chain.ok) throw new Error('It was not approved');
  return { world, chain: chain.value };
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const eventsOf = async (world: World, chain: Chain) =>
  (await look(world, chain)).entries.map(({ event }) => event.type);
const rbacIn = ({ cluster }: World): readonly string[] =>
  cluster
    .objects()
    .filter(({ ref }) => ref.kind !== 'ConfigMap')
    .map(({ ref }) => `${ref.kind} ${ref.namespace ?? ''}`);
const mayEdit = async ({ cluster }: World): Promise<boolean> => {
  const who = { user: 'alice@example.com', groups: [] };
  const probe = { verb: 'update', group: 'networking.k8s.io', resource: 'ingresses', namespace: 'shop' };
  return (await cluster.review(who, probe)).allowed;
};

describe('what was approved', () => {
  test('is granted, and called active once the cluster says so', async () => {
    const { world, chain } = await approved();
    expect(await mayEdit(world)).toBe(false);
    await settle(world);
    expect(await mayEdit(world)).toBe(true);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'active',
      by: [bob],
      startedAt: later(0),
      expiresAt: later(30),
    });
    expect(rbacIn(world)).toEqual(['Role shop', 'RoleBinding shop']);
  });

  test('is applied by one policy, though another one takes its place meanwhile', async () => {
    const { world, chain } = await approved();
    const before = { ...world.settings };
    let asked = 0;
    const settings = () => {
      asked += 1;
      return asked === 1 ? before : { ...before, kinds: [], identities: [] };
    };
    await runStep({ ...world.worker, settings }, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
  });

  test('lasts from when it is applied, not from when it was approved', async () => {
    const { world, chain } = await approved();
    world.advance({ minutes: 10 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ startedAt: later(10), expiresAt: later(40) });
  });

  test('is granted by the sweep when the job is lost', async () => {
    const { world, chain } = await approved();
    world.jobs.lose();
    world.advance({ seconds: 2 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
  });

  test('is granted once, however often and however simultaneously its step runs', async () => {
    const { world, chain } = await approved();
    const { id } = chain.request.asked;
    await Promise.allSettled(Array.from({ length: 20 }, () => runStep(world.worker, id)));
    await settle(world);
    expect((await eventsOf(world, chain)).filter((type) => type === 'activated')).toHaveLength(1);
    expect(rbacIn(world)).toHaveLength(2);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active', expiresAt: later(30) });
  });

  test('of several places is granted in each', async () => {
    const { world } = await approved({ ask: { profile: 'ingress-debug', objects: ['web'] } }, ['*', 'ingress-debug']);
    await settle(world);
    expect(rbacIn(world)).toEqual(['Role shop', 'RoleBinding shop', 'Role ingress-nginx', 'RoleBinding ingress-nginx']);
  });
});

describe('what is taken back before it is applied', () => {
  test('is never granted', async () => {
    const { world, chain } = await approved();
    await withdrawRequest(world.bot, { by: alice, id: chain.request.asked.id });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
    expect(rbacIn(world)).toEqual([]);
  });

  test('while the worker is at it leaves nothing in the cluster', async () => {
    const { world, chain } = await approved();
    const { id } = chain.request.asked;
    const create = world.worker.clusters.get('prod')?.create;
    const [cluster] = world.worker.clusters.values();
    if (cluster === undefined || create === undefined) throw new Error('There is no cluster');
    let taken = false;
    const slow = {
      ...cluster,
      create: async (manifest: Parameters<typeof create>[0]) => {
        const made = await create(manifest);
        if (manifest.kind === 'RoleBinding' && !taken) {
          taken = true;
          expect((await revokeGrant(world.bot, { by: bob, id, reason: 'a mistake' })).ok).toBe(true);
        }
        return made;
      },
    };
    await runStep({ ...world.worker, clusters: new Map([[cluster.name, slow]]) }, id);
    await settle(world);
    expect(taken).toBe(true);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
    expect(rbacIn(world)).toEqual([]);
  });
});

/** Changes what the policy folder says. */
const set =
  (changed: Partial<World['settings']>) =>
  ({ settings }: World): void =>
    void Object.assign(settings, changed);

describe('what is no longer what was approved lapses, and nothing is granted', () => {
  const changes: readonly (readonly [string, (world: World) => void])[] = [
    [
      'the profile grants more',
      ({ settings }) => {
        const [, edit] = profiles;
        const wider = { ...edit, bindings: edit.bindings.map((one) => ({ ...one, in: 'bank' })) };
        settings.kinds = [accessOver([wider])];
      },
    ],
    ['the profile is gone', set({ kinds: [accessOver(profiles.slice(0, 1))] })],
    ['the kind is gone', set({ kinds: [] })],
    [
      'the person is somebody else in the cluster',
      set({ identities: [{ person: alice, kubernetes: { user: 'root', groups: [] } }] }),
    ],
    [
      'the person is in other groups',
      set({ identities: [{ person: alice, kubernetes: { user: 'alice@example.com', groups: ['ops'] } }] }),
    ],
    ['the person is nobody any more', set({ identities: [] })],
    [
      'the person shares a user',
      ({ settings }) => {
        const same = { person: carol, kubernetes: { user: 'ALICE@example.com', groups: [] } };
        settings.identities = [...settings.identities, same];
      },
    ],
    [
      'the namespace was made anew',
      ({ cluster }) => {
        cluster.removeNamespace('shop');
        cluster.addNamespace('shop');
      },
    ],
    ['the namespace is gone', ({ cluster }) => cluster.removeNamespace('shop')],
    ['the namespace is being deleted', ({ cluster }) => cluster.terminateNamespace('shop')],
  ];
  test.each(changes)('because %s', async (_, change) => {
    const { world, chain } = await approved();
    change(world);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed', why: expect.any(String) });
    expect(rbacIn(world)).toEqual([]);
  });

  test('because it could not be applied within a quarter of an hour', async () => {
    const { world, chain } = await approved();
    world.cluster.breakDown(() => new Error('connection refused'));
    await settle(world).catch(() => {});
    world.cluster.mend();
    world.advance({ minutes: 15, seconds: 1 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('could not be applied in time'),
    });
    expect(rbacIn(world)).toEqual([]);
  });

  test('but at its last second it is still applied', async () => {
    const { world, chain } = await approved();
    world.advance({ minutes: 15 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
  });
});

describe('what the cluster does not allow fails, and nothing is left of it', () => {
  test.each([1, 2, 3])('at object %i', async (nth) => {
    const { world, chain } = await approved();
    let creations = 0;
    world.cluster.breakDown((method) => {
      if (method !== 'create') return undefined;
      creations += 1;
      const refused = { status: 403, call: 'create' };
      return creations === nth + 1 ? Object.assign(new Error('is forbidden'), { refused }) : undefined;
    });
    await settle(world);
    const state = await stateOf(world, chain);
    if (nth === 3) expect(state.status).toBe('active');
    else expect(state).toMatchObject({ status: 'failed', why: 'is forbidden' });
    expect(rbacIn(world)).toHaveLength(nth === 3 ? 2 : 0);
  });

  test('when the authorizer never says yes', async () => {
    const { world, chain } = await approved();
    const cluster = { ...world.cluster, review: async () => ({ allowed: false, reason: '' }) };
    await runStep({ ...world.worker, clusters: new Map([['prod', cluster]]) }, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'failed',
      why: expect.stringContaining('does not allow "delete ingresses'),
    });
    expect(rbacIn(world)).toEqual([]);
  });

  test('when somebody else’s object is there under our name; theirs is left alone', async () => {
    const { world, chain } = await approved();
    const theirs = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: `hallpass-${chain.request.asked.id}-0`, namespace: 'shop' },
    };
    const ref = world.cluster.put(theirs);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'failed',
      why: expect.stringContaining('was not made by Hallpass'),
    });
    expect(world.alarms).toContain('An object under one of our names is not ours');
    expect(await world.cluster.get(ref)).toMatchObject({ ref });
    expect(rbacIn(world)).toHaveLength(1);
  });

  test('when a marker under its id is not genuine', async () => {
    const { world, chain } = await approved();
    world.cluster.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `applied-${chain.request.asked.id}-r1`, namespace: 'hallpass-markers' },
    });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'failed' });
    expect(rbacIn(world)).toEqual([]);
    expect(world.alarms).toContain('The marker of a request is not genuine; nothing was applied');
  });
});

/** Runs the step with a worker that is cut off at its n-th call; says whether it came to so many. */
const cutOff = async (nth: number, when: 'before' | 'after') => {
  const { world, chain } = await approved();
  world.jobs.lose();
  const cut = cutOffAt(world, nth, when);
  await runStep(cut.worker, chain.request.asked.id).catch(() => {});
  return { world, chain, reached: cut.failed() };
};

/** Read, namespace, time, time, marker, role, binding, authorizer, append. */
const calls = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test('a worker makes just these calls to apply a grant', async () => {
  expect((await cutOff(calls.length, 'before')).reached).toBe(true);
  expect((await cutOff(calls.length + 1, 'before')).reached).toBe(false);
});

describe.each(['before', 'after'] as const)('a worker that is cut off %s any of its calls while it applies', (when) => {
  test('leaves what the next finishes: one grant, with the time that the first has fixed, and nothing at its end', async () => {
    for (const nth of calls) {
      const { world, chain } = await cutOff(nth, when);
      const marked = world.cluster.objects().some(({ ref }) => ref.kind === 'ConfigMap');
      world.advance({ minutes: 3 });
      await settle(world);
      const state = await stateOf(world, chain);
      const start = marked ? later(0) : later(3);
      expect(state, `call ${nth}`).toMatchObject({
        status: 'active',
        startedAt: start,
        expiresAt: start.add({ minutes: 30 }),
      });
      expect(rbacIn(world), `call ${nth}`).toEqual(['Role shop', 'RoleBinding shop']);
      const notes = world.cluster.objects().map(({ live }) => live.metadata.annotations?.['hallpass.dev/expires-at']);
      expect(new Set(notes)).toEqual(new Set([start.add({ minutes: 30 }).toString()]));
      world.advance({ minutes: 31 });
      await settle(world);
      expect(await eventsOf(world, chain), `call ${nth}`).toEqual([
        'submitted',
        'voted',
        'approved',
        'activated',
        'ended',
      ]);
      expect(rbacIn(world), `call ${nth}`).toEqual([]);
    }
  });

  test('and stays away until its time is over leaves nothing in force for longer than that', async () => {
    for (const nth of calls) {
      const { world, chain } = await cutOff(nth, when);
      world.advance({ minutes: 35 });
      await settle(world);
      const { status } = await stateOf(world, chain);
      expect(['revoked', 'lapsed'], `call ${nth}`).toContain(status);
      expect(rbacIn(world), `call ${nth}`).toEqual([]);
      expect(await mayEdit(world)).toBe(false);
    }
  });
});

describe('what a worker had made before it was cut off is taken back', () => {
  test.each([6, 7, 8, 9])('when its request lapses after all: cut off at call %i', async (nth) => {
    const { world, chain } = await cutOff(nth, 'after');
    world.settings.kinds = [];
    world.advance({ seconds: 2 });
    if (nth === 9) world.advance({ minutes: 30 });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe(nth === 9 ? 'revoked' : 'lapsed');
    expect(rbacIn(world)).toEqual([]);
  });

  test('when another is in its way: somebody changed one of its objects', async () => {
    const { world, chain } = await cutOff(8, 'before');
    const [role] = world.cluster.objects().filter(({ ref }) => ref.kind === 'Role');
    if (role === undefined) throw new Error('There is no role');
    world.cluster.edit(role.ref, (live) => ({ ...live, rules: [] }));
    world.advance({ seconds: 2 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'failed' });
    expect(rbacIn(world)).toEqual([]);
  });
});
