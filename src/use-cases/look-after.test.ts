import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { restart } from '#kinds/restart/restart.ts';
import { scale } from '#kinds/scale/scale.ts';
import { bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { kindOver, workloadOf } from '#test/build/workloads.ts';
import { createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest, finishGrant } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { lookAfter } from './look-after.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const profile = [{ name: 'deployments', title: 'Deployments', kind: 'Deployment' }];

/** What its controller and the kubelets would do: none of them runs in memory. */
const became = async ({ cluster }: World, status: Record<string, Json>, name = 'web'): Promise<void> => {
  const live = (await cluster.get({ ...target, name }))?.live ?? expect.fail('it is gone');
  const usual = workloadOf(name).status as object;
  await cluster.write({ ...live, status: { ...usual, ...status } }, { manager: 'kube-controller-manager' });
};

const restarted = async (changed: Partial<Asking> = {}, ...names: readonly string[]) => {
  const world = createWorld();
  world.settings.kinds = [kindOver(restart, profile), kindOver(scale, profile)];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const name of ['web', ...names]) world.cluster.put(workloadOf(name));
  const chain = await file(world, {
    kind: 'restart',
    ask: { profile: 'deployments', names: ['web', ...names].sort() },
    duration: 'good',
    ...changed,
  });
  const { id } = chain.request.asked;
  const approved = await approveRequest(world.bot, { by: bob, id, revision: 1 });
  expect(approved).toMatchObject({ ok: true });
  await settle(world);
  return { world, chain, id };
};
const toldIn = async (world: World, chain: Chain) =>
  (await look(world, chain)).entries.flatMap(({ event }) => (event.type === 'rolled-out' ? [event] : []));
const wait = async (world: World, time: Temporal.DurationLike): Promise<void> => {
  world.advance(time);
  await settle(world);
};

describe('after a restart', () => {
  test('it is told once that all pods are through, with how long that took', async () => {
    const { world, chain } = await restarted();
    await became(world, { updatedReplicas: 1, replicas: 3 });
    await wait(world, { seconds: 10 });
    expect(await toldIn(world, chain)).toEqual([]);
    await became(world, {});
    await wait(world, { seconds: 30 });
    expect(await toldIn(world, chain)).toEqual([
      { type: 'rolled-out', rollouts: [{ target, how: 'complete', wanted: 2, ready: 2, updated: 2 }], seconds: 40 },
    ]);
    await wait(world, { hours: 1 });
    expect(await toldIn(world, chain)).toHaveLength(1);
  });

  test('it is told as soon as a controller gives up', async () => {
    const { world, chain } = await restarted();
    const conditions = [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded', message: 'it timed out' }];
    await became(world, { updatedReplicas: 1, readyReplicas: 1, conditions });
    await wait(world, { seconds: 5 });
    expect(await toldIn(world, chain)).toMatchObject([
      { rollouts: [{ how: 'stalled', ready: 1, why: 'it timed out' }] },
    ]);
  });

  test('it is told what is still under way after a quarter of an hour, and of the others that they are through', async () => {
    const { world, chain } = await restarted({}, 'api');
    await became(world, {}, 'api');
    await became(world, { updatedReplicas: 1 });
    await wait(world, { minutes: 14 });
    expect(await toldIn(world, chain)).toEqual([]);
    await wait(world, { minutes: 1 });
    expect(await toldIn(world, chain)).toMatchObject([
      {
        rollouts: [
          { target: { name: 'api' }, how: 'complete' },
          { target: { name: 'web' }, how: 'unfinished', updated: 1 },
        ],
        seconds: 900,
      },
    ]);
  });

  test('it is not looked at more often than every two seconds', async () => {
    const { world, chain } = await restarted();
    await became(world, { updatedReplicas: 1 });
    await wait(world, { seconds: 4 });
    await became(world, {});
    await wait(world, { seconds: 1 });
    expect(await toldIn(world, chain)).toEqual([]);
    await wait(world, { seconds: 1 });
    expect(await toldIn(world, chain)).toHaveLength(1);
  });

  test('what is gone meanwhile is told as that', async () => {
    const { world, chain } = await restarted();
    world.cluster.put({ ...workloadOf('web', { metadata: { uid: 'made anew' } }) });
    await wait(world, { seconds: 5 });
    expect(await toldIn(world, chain)).toMatchObject([{ rollouts: [{ target, how: 'gone' }] }]);
  });

  test('a cluster that says no is taken at its word, and one that says nothing is asked again until there is no time left', async () => {
    const refused = await restarted();
    const deny = { ...refused.world.cluster, get: () => Promise.reject(refusal(403, 'get Deployment', 'forbidden')) };
    refused.world.advance({ seconds: 5 });
    await lookAfter({ ...refused.world.worker, clusters: new Map([['prod', deny]]) }, refused.id);
    expect(await toldIn(refused.world, refused.chain)).toMatchObject([{ rollouts: [{ target, how: 'unread' }] }]);

    const { world, chain, id } = await restarted();
    const away = { ...world.cluster, get: () => Promise.reject(new Error('no answer')) };
    const worker = { ...world.worker, clusters: new Map([['prod', away]]) };
    world.advance({ minutes: 10 });
    await expect(lookAfter(worker, id)).rejects.toThrow('no answer');
    world.advance({ minutes: 5 });
    await lookAfter(worker, id);
    expect(await toldIn(world, chain)).toMatchObject([{ rollouts: [{ how: 'unread' }], seconds: 900 }]);
  });

  test('cut off at any call, it is told all the same, once', async () => {
    for (let nth = 1; nth < 40; nth += 1) {
      for (const when of ['before', 'after'] as const) {
        const { world, chain, id } = await restarted();
        await became(world, {});
        world.advance({ seconds: 5 });
        const { worker, failed } = cutOffAt(world, nth, when);
        await lookAfter(worker, id).catch(() => {});
        await wait(world, { seconds: 30 });
        expect(await toldIn(world, chain)).toHaveLength(1);
        if (!failed()) return expect(nth).toBeGreaterThan(3);
      }
    }
    expect.fail('it never came through');
  });
});

describe('after a temporary change of how many there are', () => {
  const ask = { kind: 'scale', ask: { profile: 'deployments', names: ['web'], replicas: 4 }, duration: '20m' } as const;

  test('it is told while it is in force, and at the latest when its people are warned of its end', async () => {
    const { world, chain } = await restarted(ask);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'active', rolls: true });
    await became(world, { replicas: 3, readyReplicas: 3 });
    await wait(world, { minutes: 15 });
    const types = (await look(world, chain)).entries.map(({ event }) => event.type);
    expect(types.slice(-2)).toEqual(['rolled-out', 'warned']);
    expect(await toldIn(world, chain)).toMatchObject([{ rollouts: [{ how: 'unfinished', wanted: 4, ready: 3 }] }]);
  });

  test('nothing is told of what was given back before', async () => {
    const { world, chain, id } = await restarted(ask);
    await became(world, { replicas: 3, readyReplicas: 3 });
    await finishGrant(world.bot, { by: chain.request.asked.requester, id });
    await wait(world, { minutes: 16 });
    expect((await look(world, chain)).request.state.status).toBe('revoked');
    expect(await toldIn(world, chain)).toEqual([]);
  });
});

test('what changed no workload owes nothing', async () => {
  const world = createWorld();
  world.cluster.put(workloadOf('web'));
  const chain = await file(world);
  await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  await settle(world);
  expect((await look(world, chain)).request.state).not.toHaveProperty('rolls');
});
