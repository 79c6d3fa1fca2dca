import { describe, expect, test } from 'vitest';
import type { Chain } from '#domain/request/chain.ts';
import { alice, bob } from '#test/build/people.ts';
import { later } from '#test/build/requests.ts';
import { createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant, revokeGrant } from './act-on-request.ts';
import { runStep } from './run-step.ts';

const active = async (): Promise<{ world: World; chain: Chain }> => {
  const world = createWorld();
  const filed = await file(world);
  await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
  await settle(world);
  return { world, chain: await look(world, filed) };
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const eventsOf = async (world: World, chain: Chain) =>
  (await look(world, chain)).entries.map(({ event }) => event.type);
const rbac = 'rbac.authorization.k8s.io';
const roleOf = ({ request }: Chain) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'Role',
  namespace: 'shop',
  name: `hallpass-${request.asked.id}-0`,
});
const bindingOf = (chain: Chain) => ({ ...roleOf(chain), kind: 'RoleBinding' });
const rbacIn = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind !== 'ConfigMap');

describe('the end of a grant', () => {
  test('comes at its expiry: removed, asked about, and only then called revoked', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'revoked',
      cause: 'expired',
      at: later(30),
      proofs: [{ probe: 'delete ingresses.networking.k8s.io in shop' }],
      lagMilliseconds: 0,
    });
    expect(rbacIn(world)).toEqual([]);
  });

  test('does not come a moment before', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 29, seconds: 59, milliseconds: 999 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
    expect(await runStep(world.worker, chain.request.asked.id)).toEqual({ type: 'early', milliseconds: 1 });
    expect(rbacIn(world)).toHaveLength(2);
  });

  test('is not brought forward by a job that runs early by its own clock', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 25 });
    await settle(world);
    expect(await runStep(world.worker, chain.request.asked.id)).toEqual({ type: 'early', milliseconds: 300_000 });
    expect(rbacIn(world)).toHaveLength(2);
  });

  test('comes at once when the requester is done, and the marker says so', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 5 });
    await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'revoked',
      cause: 'done',
      endedBy: alice,
      at: later(5),
    });
    const [marker] = world.cluster.objects();
    expect(marker?.live.metadata.annotations).toMatchObject({ 'hallpass.dev/ended-at': later(5).toString() });
  });

  test('comes also without the marker, which somebody deleted; there is a closed one then', async () => {
    const { world, chain } = await active();
    world.cluster.discard({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'hallpass-markers',
      name: `applied-${chain.request.asked.id}-r1`,
    });
    await revokeGrant(world.bot, { by: bob, id: chain.request.asked.id, reason: 'odd' });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'revoked' });
    const [marker] = world.cluster.objects();
    expect(marker?.live.metadata.annotations).toHaveProperty(['hallpass.dev/ended-at']);
  });

  test('finds nothing to remove when somebody did already', async () => {
    const { world, chain } = await active();
    world.cluster.discard(bindingOf(chain));
    world.cluster.discard(roleOf(chain));
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked' });
  });

  test('leaves alone what somebody else made under one of our names, and says so', async () => {
    const { world, chain } = await active();
    const theirs = world.cluster.put({
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: roleOf(chain).name, namespace: 'shop' },
      rules: [],
    });
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked' });
    expect(rbacIn(world).map(({ ref }) => ref)).toEqual([theirs]);
    expect(world.alarms).toEqual(['Somebody made another object under the name of one of ours; it was left alone']);
  });

  test('names the other binding that still allows it', async () => {
    const { world, chain } = await active();
    const metadata = { name: 'standing', namespace: 'shop' };
    world.cluster.put({
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['*'] }],
    });
    world.cluster.put({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'standing' },
      subjects: [{ apiGroup: rbac, kind: 'Group', name: 'dev' }],
    });
    world.advance({ minutes: 30 });
    await settle(world);
    const [proof] = await stateOf(world, chain).then((state) => (state.status === 'revoked' ? state.proofs : []));
    expect(proof?.stillAllowedBy).toContain('RoleBinding "standing/shop"');
  });

  test('asks about the person in the binding when the map no longer names them', async () => {
    const { world, chain } = await active();
    world.settings.identities = [];
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', proofs: [{ probe: expect.any(String) }] });
  });

  test('needs neither the profile nor the policy of the time', async () => {
    const { world, chain } = await active();
    world.settings.kinds = [];
    world.settings.policy = { ...world.settings.policy, rules: [], groups: new Map() };
    world.advance({ minutes: 30 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked' });
    expect(rbacIn(world)).toEqual([]);
  });

  test('is not believed while the authorizer still allows it by a binding that is gone', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 30 });
    const { name } = bindingOf(chain);
    const review = async () => ({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "${name}/shop" of Role "${name}"`,
    });
    const stale = { ...world.worker, clusters: new Map([['prod', { ...world.cluster, review }]]) };
    await expect(runStep(stale, chain.request.asked.id)).rejects.toThrow('still allows');
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
    await runStep(world.worker, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked' });
  });
});

describe('a cluster that does not answer', () => {
  test('delays the end; people are told once, and it comes when the cluster is back', async () => {
    const { world, chain } = await active();
    world.cluster.breakDown(() => new Error('connection refused'));
    world.advance({ minutes: 30, seconds: 1 });
    const { id } = chain.request.asked;
    await expect(runStep(world.worker, id)).rejects.toThrow('connection refused');
    expect(await eventsOf(world, chain)).not.toContain('end-delayed');
    for (let second = 0; second < 5; second += 1) {
      world.advance({ seconds: 3 });
      await expect(runStep(world.worker, id)).rejects.toThrow('connection refused');
    }
    expect((await eventsOf(world, chain)).filter((type) => type === 'end-delayed')).toHaveLength(1);
    expect(world.alarms).toEqual(['The end of a grant is late; it is tried again every second']);
    world.cluster.mend();
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'expired', lagMilliseconds: 16_000 });
  });
});

describe.each(['before', 'after'] as const)(
  'a worker that is cut off %s any of its calls while it ends a grant',
  (when) => {
    test.each(['expired', 'done'] as const)('leaves what the next finishes, once: %s', async (cause) => {
      let nth = 0;
      for (let reached = true; reached; ) {
        nth += 1;
        const { world, chain } = await active();
        if (cause === 'done') await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
        else world.advance({ minutes: 30 });
        world.jobs.lose();
        const cut = cutOffAt(world, nth, when);
        await runStep(cut.worker, chain.request.asked.id).catch(() => {});
        reached = cut.failed();
        world.advance({ seconds: 2 });
        await settle(world);
        expect(await stateOf(world, chain), `call ${nth}`).toMatchObject({ status: 'revoked', cause });
        expect(
          (await eventsOf(world, chain)).filter((type) => type === 'ended'),
          `call ${nth}`,
        ).toHaveLength(1);
        expect(rbacIn(world), `call ${nth}`).toEqual([]);
      }
      expect(nth).toBeGreaterThan(5);
    });
  },
);
