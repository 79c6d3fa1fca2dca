import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { createGuardWorld, type GuardWorld, gateTarget, noted } from '#test/build/guard-world.ts';
import { alice } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { cutOffAt, look } from '#test/build/world.ts';
import { withdrawRequest } from './act-on-request.ts';
import { settleHeld } from './settle-held.ts';

const opened = gate({ auth: 'off', limit: '10' });
const opening = { object: opened };
const deletion = { deletes: gateTarget };
const named = (name: string): Manifest => ({ ...opened, metadata: { name, namespace: 'shop' } });

const approvedWorld = async (writing: Parameters<GuardWorld['write']>[0] = opening) => {
  const world = createGuardWorld();
  const chain = await world.approve(await world.hold(writing));
  return { world, chain, id: chain.request.asked.id, state: async () => (await look(world, chain)).request.state };
};
const markerOf = async ({ cluster }: GuardWorld, id: string) =>
  (await cluster.markers('hallpass-markers')).find(({ ref }) => ref.name === `applied-${id}-r1`)?.live;

describe('an approval of a held write', () => {
  test('is used up when its object is as it was to be, and a closed marker says so in the cluster', async () => {
    const { world, id, state } = await approvedWorld();
    await settleHeld(world.worker);
    expect(await state()).toMatchObject({ status: 'approved' });
    await world.write(opening);
    expect(await state()).toMatchObject({ status: 'approved' });
    await settleHeld(world.worker);
    const uid = (await world.cluster.get(gateTarget))?.ref.uid;
    expect(await state()).toMatchObject({ status: 'completed', changed: [{ op: 'update', ...gateTarget, uid }] });
    expect((await markerOf(world, id))?.metadata.annotations).toHaveProperty('hallpass.dev/ended-at');
    expect(world.alarms).toEqual([]);
  });

  test('of a creation or a deletion is used up when it is there, or gone', async () => {
    const created = await approvedWorld({ object: named('gate-2') });
    await settleHeld(created.world.worker);
    expect(await created.state()).toMatchObject({ status: 'approved' });
    await created.world.write({ object: named('gate-2') });
    await settleHeld(created.world.worker);
    expect(await created.state()).toMatchObject({ status: 'completed', changed: [{ op: 'create', name: 'gate-2' }] });

    const deleted = await approvedWorld(deletion);
    await settleHeld(deleted.world.worker);
    expect(await deleted.state()).toMatchObject({ status: 'approved' });
    await deleted.world.write(deletion);
    await settleHeld(deleted.world.worker);
    expect(await deleted.state()).toMatchObject({ status: 'completed', changed: [{ op: 'delete', ...gateTarget }] });
  });

  test('is used up whatever else does not count: a status, a stamp, who owns which field', async () => {
    const { world, state } = await approvedWorld();
    const stamped = noted(opened, { 'acme.test/commit': 'f00ba4', 'intent.hallpass.dev/reason': 'because' });
    await world.write({ object: stamped });
    world.cluster.edit(gateTarget, (live) => ({ ...live, status: { phase: 'Ready' } }));
    await settleHeld(world.worker);
    expect(await state()).toMatchObject({ status: 'completed' });
  });

  test('is not used up by another content, nor by the object being gone', async () => {
    const { world, state } = await approvedWorld();
    for (const data of [{ auth: 'off' }, { auth: 'off', limit: '11' }, { auth: 'off', limit: '10', more: '' }]) {
      world.cluster.edit(gateTarget, (live) => ({ ...live, data }));
      await settleHeld(world.worker);
      expect(await state()).toMatchObject({ status: 'approved' });
    }
    world.cluster.discard(gateTarget);
    await settleHeld(world.worker);
    expect(await state()).toMatchObject({ status: 'approved' });
  });

  test('is not used up while it waits, or once it was taken back', async () => {
    const world = createGuardWorld();
    const waiting = await world.hold(opening);
    world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'off', limit: '10' } }));
    await settleHeld(world.worker);
    expect((await look(world, waiting)).request.state.status).toBe('pending');

    const { world: other, id, state } = await approvedWorld();
    await withdrawRequest(other.bot, { by: alice, id });
    other.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'off', limit: '10' } }));
    await settleHeld(other.worker);
    // It was made before anybody could know that it was taken back.
    expect(await state()).toMatchObject({ status: 'completed' });
  });

  test('lapses when nobody has written it in time, and says so', async () => {
    const { world, id, state } = await approvedWorld();
    world.advance({ minutes: 60, seconds: 3 });
    await world.steps();
    expect(await state()).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('not written again in time'),
    });
    expect((await markerOf(world, id))?.metadata.annotations).toHaveProperty('hallpass.dev/ended-at');
    expect((await world.cluster.get(gateTarget))?.live).toMatchObject({ data: { auth: 'on', limit: '10' } });
  });

  test('is done with once, by how many workers ever', async () => {
    const { world, id } = await approvedWorld();
    await world.write(opening);
    await Promise.all(Array.from({ length: 5 }, () => settleHeld(world.worker)));
    const types = (await world.store.read(id)).map((line) => JSON.parse(line).event.type);
    expect(types.filter((type) => type === 'completed')).toHaveLength(1);
  });
});

test('a worker that is cut off at any call leaves nothing that the next one does not finish', async () => {
  for (const when of ['before', 'after'] as const)
    for (let nth = 1; ; nth += 1) {
      const { world, state } = await approvedWorld();
      await world.write(opening);
      const cut = cutOffAt(world, nth, when);
      await settleHeld(cut.worker).catch(() => undefined);
      // Whatever has come of it: what was made, and put back by somebody, is never let in a second time.
      world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));
      expect((await world.write({ ...opening, fails: true })).allowed).toBe(false);
      world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'off', limit: '10' } }));
      await settleHeld(world.worker);
      expect(await state()).toMatchObject({ status: 'completed' });
      if (!cut.failed()) break;
    }
});

test('one that cannot be looked at keeps no other one from being seen', async () => {
  const world = createGuardWorld();
  const chains: Chain[] = [];
  for (const name of ['gate-1', 'gate-2', 'gate-3'])
    chains.push(await world.approve(await world.hold({ object: named(name) })));
  for (const name of ['gate-1', 'gate-2', 'gate-3']) await world.write({ object: named(name) });
  let calls = 0;
  world.cluster.breakDown((method) => {
    if (method === 'get') calls += 1;
    return method === 'get' && calls === 2 ? new Error('It does not answer') : undefined;
  });
  await expect(settleHeld(world.worker)).rejects.toThrow('Not all that was held could be looked at');
  world.cluster.mend();
  const states = async () =>
    Promise.all(chains.map(async (chain) => (await look(world, chain)).request.state.status)).then((all) => all.sort());
  expect(await states()).toEqual(['approved', 'completed', 'completed']);
  await settleHeld(world.worker);
  expect(await states()).toEqual(['completed', 'completed', 'completed']);
});

test('what is not held, or of a cluster that the worker does not know, is left alone', async () => {
  const { world, state } = await approvedWorld();
  await world.write(opening);
  await settleHeld({ ...world.worker, clusters: new Map() });
  expect(await state()).toMatchObject({ status: 'approved' });
});
