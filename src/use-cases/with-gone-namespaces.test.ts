import { describe, expect, test } from 'vitest';
import type { Target } from '#domain/plan.ts';
import { createGuardWorld, gateTarget } from '#test/build/guard-world.ts';
import { bob } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest } from './act-on-request.ts';
import type { ClusterWriter } from './ports.ts';
import { settleHeld } from './settle-held.ts';
import { withGoneNamespaces } from './with-gone-namespaces.ts';

/** With the namespace goes the worker's binding in it, so that it may not even look there. */
const unbound = (cluster: ClusterWriter): ClusterWriter => {
  const orNo = async <T>({ namespace }: Target, work: () => Promise<T>): Promise<T> => {
    if (namespace === 'shop') throw refusal(403, 'look', 'Forbidden: no binding');
    return work();
  };
  return {
    ...cluster,
    get: (target) => orNo(target, () => cluster.get(target)),
    remove: (one) => orNo(one, () => cluster.remove(one)),
    delete: (one, version) => orNo(one, () => cluster.delete(one, version)),
  };
};
const workerOf = ({ worker }: Pick<World, 'worker'>) => ({
  ...worker,
  clusters: new Map([...worker.clusters].map(([name, one]) => [name, withGoneNamespaces(unbound(one))] as const)),
});
const ref = { ...gateTarget, uid: 'one' };

describe('in a namespace that is gone', () => {
  test('nothing is, though the API server only says that nobody may look', async () => {
    const { cluster } = createGuardWorld();
    cluster.removeNamespace('shop');
    const seen = withGoneNamespaces(unbound(cluster));
    expect(await seen.get(gateTarget)).toBeUndefined();
    expect(await seen.remove(ref)).toBe('gone');
    expect(await seen.delete(ref, '1')).toBe('gone');
  });

  test('and nowhere else, a no stays a no: where it is there or goes, of the whole cluster, and of another sort', async () => {
    const { cluster } = createGuardWorld();
    const seen = withGoneNamespaces(unbound(cluster));
    await expect(seen.get(gateTarget)).rejects.toThrow('Forbidden');
    cluster.terminateNamespace('shop');
    await expect(seen.remove(ref)).rejects.toThrow('Forbidden');
    cluster.removeNamespace('shop');
    const broken = withGoneNamespaces(cluster);
    const { namespace: _, ...wide } = ref;
    cluster.breakDown((method) => (method === 'remove' ? refusal(403, 'remove', 'Forbidden') : undefined));
    await expect(broken.remove(wide)).rejects.toThrow('Forbidden');
    cluster.breakDown((method) => (method === 'get' ? refusal(422, 'get', 'Invalid') : undefined));
    await expect(broken.get(gateTarget)).rejects.toThrow('Invalid');
    cluster.breakDown((method) => (method === 'get' ? new Error('It does not answer') : undefined));
    await expect(broken.get(gateTarget)).rejects.toThrow('does not answer');
  });

  test('a grant ends at its time, and says so', async () => {
    const world = createWorld();
    const filed = await file(world);
    await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
    await settle(world);
    world.cluster.removeNamespace('shop');
    world.advance({ minutes: 30 });
    await settle({ ...world, worker: workerOf(world) });
    expect((await look(world, filed)).request.state).toMatchObject({ status: 'revoked', cause: 'expired' });
    expect(world.alarms).toEqual([]);
  });

  test('an approved write keeps no other one from being seen, and lapses', async () => {
    const world = createGuardWorld();
    const chain = await world.approve(await world.hold({ object: gate({ auth: 'off', limit: '10' }) }));
    world.cluster.removeNamespace('shop');
    await settleHeld(workerOf(world));
    expect((await look(world, chain)).request.state.status).toBe('approved');
    world.advance({ hours: 2 });
    await settle({ ...world, worker: workerOf(world) });
    expect((await look(world, chain)).request.state.status).toBe('lapsed');
  });
});
