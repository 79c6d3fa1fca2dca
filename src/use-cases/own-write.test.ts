import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { look } from '#test/build/world.ts';
import { withdrawRequest } from './act-on-request.ts';
import { ownWrite } from './own-write.ts';

const opened = gate({ auth: 'off', limit: '10' });
const opening = { object: opened };

/** Lets a group change ConfigMaps in `shop`; everybody here is in `dev`. */
const allow = ({ cluster }: GuardWorld, group = 'dev', verbs: readonly string[] = ['*']): void => {
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: [...verbs] }];
  cluster.put({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'edit' }, rules });
  cluster.put({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'edit', namespace: 'shop' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'Group', name: group }],
  });
};
const approvedWorld = async (writing: Parameters<GuardWorld['write']>[0] = opening, world = createGuardWorld()) => {
  const chain = await world.approve(await world.hold(writing));
  const { id } = chain.request.asked;
  return {
    world,
    id,
    own: (by = alice, isTheirs = true) => ownWrite(world.bot, { by, id, isTheirs }),
    state: async () => (await look(world, chain)).request.state,
  };
};
const live = async ({ cluster }: GuardWorld): Promise<Manifest | undefined> => (await cluster.get(gateTarget))?.live;

describe('whoever wrote what was held, and says so,', () => {
  test('has Hallpass make it, once, and with a pass that is gone again', async () => {
    const { world, own, state } = await approvedWorld();
    allow(world);
    expect((await own()).ok).toBe(true);
    expect(await state()).toMatchObject({ status: 'approved', confirmed: world.now() });
    await world.steps();
    expect(await state()).toMatchObject({ status: 'completed', changed: [{ op: 'update', ...gateTarget }] });
    expect(await live(world)).toMatchObject({ data: { auth: 'off', limit: '10' } });
    expect((await world.cluster.markers('hallpass-markers')).map(({ ref }) => ref.name)).toEqual([
      expect.stringMatching(/^applied-/),
    ]);
    world.cluster.edit(gateTarget, (before) => ({ ...before, data: { auth: 'on', limit: '10' } }));
    await world.steps();
    expect(await live(world)).toMatchObject({ data: { auth: 'on' } });
    expect(await own()).toMatchObject({ error: { type: 'already-over' } });
    expect(await world.write(opening)).toMatchObject({ allowed: false });
  });

  test('meanwhile is told that Hallpass makes it, and others that it is not theirs', async () => {
    const { world, own } = await approvedWorld();
    allow(world);
    await own();
    expect(await world.write(opening)).toMatchObject({
      allowed: false,
      message: expect.stringContaining('Hallpass makes this write to ConfigMap shop/gate itself just now'),
    });
    expect(await world.write({ ...opening, user: userOf('dave') })).toMatchObject({
      message: expect.stringContaining('somebody else wrote'),
    });
  });

  test('may have it created or deleted as well', async () => {
    const created = { ...opened, metadata: { name: 'gate-2', namespace: 'shop' } };
    for (const writing of [{ object: created }, { deletes: gateTarget }]) {
      const { world, own, state } = await approvedWorld(writing);
      allow(world);
      expect((await own()).ok).toBe(true);
      await world.steps();
      expect(await state()).toMatchObject({ status: 'completed' });
    }
  });

  test('is done with a stamp of theirs, whatever stamp the object has', async () => {
    const { world, own, state } = await approvedWorld({ object: noted(opened, { 'acme.test/commit': 'one' }) });
    allow(world);
    await own();
    await world.steps();
    expect(await state()).toMatchObject({ status: 'completed' });
    expect((await live(world))?.metadata.annotations).toEqual({ 'acme.test/commit': 'one' });
  });

  test('has nothing made that is no longer what was approved', async () => {
    const { world, own, state } = await approvedWorld();
    allow(world);
    await own();
    world.cluster.edit(gateTarget, (before) => ({ ...before, data: { auth: 'half', limit: '10' } }));
    await world.steps();
    expect(await state()).toMatchObject({ status: 'lapsed', moved: true });
    expect(await live(world)).toMatchObject({ data: { auth: 'half' } });
  });
});

describe('Hallpass makes no write', () => {
  const untouched = async (world: GuardWorld) => {
    await world.steps();
    expect(await live(world)).toMatchObject({ data: { auth: 'on', limit: '10' } });
  };

  test('for anybody but whom it came from', async () => {
    const { world, own, state } = await approvedWorld();
    allow(world);
    for (const by of [bob, dave]) expect(await own(by)).toMatchObject({ error: { type: 'not-yours' } });
    expect(await state()).toMatchObject({ status: 'approved' });
    await untouched(world);
  });

  test('for whoever is another user of the cluster by the policy of now', async () => {
    const { world, own } = await approvedWorld();
    allow(world);
    world.settings.identities = [{ person: alice, kubernetes: { user: userOf('alice2'), groups: ['dev'] } }];
    expect(await own()).toMatchObject({ error: { type: 'not-the-author' } });
    world.settings.identities = [];
    expect(await own()).toMatchObject({ error: { type: 'not-the-author' } });
    await untouched(world);
  });

  test('for whoever may not make it by themselves, by their groups in the policy', async () => {
    const { world, own } = await approvedWorld();
    expect(await own()).toMatchObject({ error: { type: 'may-not-write', why: '' } });
    allow(world, 'admins');
    expect(await own()).toMatchObject({ error: { type: 'may-not-write' } });
    allow(world, 'dev', ['get', 'create', 'delete', 'patch']);
    expect(await own()).toMatchObject({ error: { type: 'may-not-write' } });
    await untouched(world);
    const user = userOf('alice');
    world.settings.identities = [{ person: alice, kubernetes: { user, groups: ['admins'] } }];
    allow(world, 'admins');
    expect((await own()).ok).toBe(true);
  });

  test('while nobody can say whether they may', async () => {
    const { world, own } = await approvedWorld();
    allow(world);
    world.cluster.breakDown((method) => (method === 'review' ? new Error('It does not answer') : undefined));
    expect(await own()).toMatchObject({ error: { type: 'lookup-failed' } });
    world.cluster.mend();
    world.directory.down.add('person');
    expect(await own()).toMatchObject({ error: { type: 'lookup-failed' } });
    await untouched(world);
  });

  test('that the policy lets its author alone make', async () => {
    const world = createGuardWorld({ protect: [heldInShop({ complete: ['retry'] })] });
    const { own } = await approvedWorld(opening, world);
    allow(world);
    expect(await own()).toMatchObject({ error: { type: 'not-to-be-applied' } });
    await untouched(world);
  });

  test('before it is approved, once it was taken back, or past its time', async () => {
    const waiting = createGuardWorld();
    allow(waiting);
    const { id } = (await waiting.hold(opening)).request.asked;
    expect(await ownWrite(waiting.bot, { by: alice, id, isTheirs: true })).toMatchObject({
      error: { type: 'not-active' },
    });
    const back = await approvedWorld();
    allow(back.world);
    await withdrawRequest(back.world.bot, { by: alice, id: back.id });
    expect(await back.own()).toMatchObject({ error: { type: 'already-ending' } });
    const late = await approvedWorld();
    allow(late.world);
    late.world.advance({ minutes: 60 });
    expect(await late.own()).toMatchObject({ error: { type: 'too-late' } });
    for (const { world } of [back, late]) await untouched(world);
  });

  test('that was said to be theirs and was taken back in the same moment', async () => {
    const { world, own, id, state } = await approvedWorld();
    allow(world);
    await own();
    expect((await withdrawRequest(world.bot, { by: alice, id })).ok).toBe(true);
    await untouched(world);
    expect(await state()).toMatchObject({ status: 'lapsed' });
  });

  test('that is not theirs: it comes to nothing at once, and the same is held anew', async () => {
    const { world, own, state } = await approvedWorld();
    // Whoever did not write it need not hold any right to say so.
    expect((await own(alice, false)).ok).toBe(true);
    expect(await state()).toMatchObject({
      status: 'lapsed',
      why: 'Whoever it was said to come from says that they did not write it.',
    });
    expect(await world.write(opening)).toMatchObject({ allowed: false });
    await world.takeIn();
    expect(Object.values(await world.requests()).sort()).toEqual(['lapsed', 'pending']);
    expect(await own()).toMatchObject({ error: { type: 'already-over' } });
    await untouched(world);
  });
});

test('what nobody has held is nobody’s to own', async () => {
  const world = createGuardWorld();
  expect(await ownWrite(world.bot, { by: alice, id: 'k7m2-qx' as never, isTheirs: true })).toMatchObject({
    error: { type: 'no-such-request' },
  });
});
