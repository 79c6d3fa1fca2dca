import { describe, expect, test } from 'vitest';
import { requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { apiVersionOf } from '#kinds/kind.ts';
import { restart } from '#kinds/restart/restart.ts';
import { scale } from '#kinds/scale/scale.ts';
import { alice, bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { budgetOf, kindOver, workloadOf } from '#test/build/workloads.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest, finishGrant } from './act-on-request.ts';
import { readContent, unpackContent } from './contents.ts';
import { draftRequest } from './draft-request.ts';
import { extendGrant } from './extend-grant.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { runStep } from './run-step.ts';

const deployments = { name: 'deployments', title: 'Deployments', kind: 'Deployment' };
const worldWith = (...objects: readonly Manifest[]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, kindOver(restart, [deployments]), kindOver(scale, [deployments])];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const object of objects) world.cluster.put(object);
  return world;
};
const toFive = { profile: 'deployments', names: ['web'], replicas: 5 };
const anew = { profile: 'deployments', names: ['web'] };
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const live = async ({ cluster }: World): Promise<Manifest> =>
  (await cluster.get(web))?.live ?? expect.fail('web is gone');

const workerOver = (world: World, parts: Partial<ClusterWriter>): WorkerPorts => {
  const cluster: ClusterWriter = { ...world.cluster, ...parts };
  return { ...world.worker, clusters: new Map([[cluster.name, cluster]]) };
};
const draft = (world: World, parts: Partial<ClusterWriter>, ask: Json = toFive) =>
  draftRequest(workerOver(world, parts), {
    request: requestId.parse('k7m2-qx'),
    kind: 'scale',
    cluster: world.cluster.name,
    namespace: 'shop',
    ask,
    identity: { user: '', groups: [] },
    temporary: false,
  });

/** A cluster in which the status of web moves just before each of so many trials. */
const moving = (world: World, times: number): Partial<ClusterWriter> => {
  let left = times;
  return {
    tryWrite: async (...given) => {
      if (left > 0) {
        left -= 1;
        world.cluster.edit(web, (before) => ({ ...before, status: { observedGeneration: 3, readyReplicas: left } }));
      }
      return world.cluster.tryWrite(...given);
    },
  };
};

describe('an object whose status moves all the while', () => {
  test('is looked at anew until a trial meets it as it was seen', async () => {
    const world = worldWith(workloadOf('web'));
    expect(await draft(world, moving(world, 4))).toMatchObject({ ok: true });
  });

  test('is given up after five times, with a word on what to do', async () => {
    const world = worldWith(workloadOf('web'));
    expect(await draft(world, moving(world, 5))).toMatchObject({
      error: expect.stringContaining('Deployment shop/web is being changed by somebody else just now. Try again'),
    });
  });

  test('is changed all the same once that was approved', async () => {
    const world = worldWith(workloadOf('web'));
    const chain = await file(world, { kind: 'scale', ask: toFive, duration: 'good' });
    const { id } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ ok: true });
    await runStep(workerOver(world, moving(world, 4)), id);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'completed' });
    expect((await live(world)).spec).toMatchObject({ replicas: 5 });
  });
});

describe('a sort that a cluster does not know', () => {
  const without = (world: World, version: string, status: number): Partial<ClusterWriter> => ({
    list: async (of, namespace) => {
      if (apiVersionOf(of) === version) throw refusal(status, `list ${of.resource}`, `The API server said ${status}.`);
      return world.cluster.list(of, namespace);
    },
  });
  const none = { ...toFive, replicas: 0 };

  test.each(['policy/v1', 'policy/v1beta1'])(
    'keeps nobody from asking: without %s the other is taken',
    async (version) => {
      const other = version === 'policy/v1' ? 'policy/v1beta1' : 'policy/v1';
      const world = worldWith(workloadOf('web'), budgetOf('keeps-two', 'web', 0, other));
      const drafted = await draft(world, without(world, version, 404), none);
      const shown = unpackContent((drafted.ok && drafted.value.content?.text) || '');
      expect(shown).toMatchObject({
        content: {
          cautions: expect.arrayContaining([expect.stringContaining('PodDisruptionBudget keeps-two wants 2')]),
        },
      });
    },
  );

  test('is not the same as one that may not be listed', async () => {
    const world = worldWith(workloadOf('web'));
    expect(await draft(world, without(world, 'policy/v1', 403))).toMatchObject({ error: 'The API server said 403.' });
    expect(await draft(world, without(world, 'autoscaling/v1', 404))).toMatchObject({ ok: false });
  });
});

describe('a restart', () => {
  const annotationIn = async (world: World): Promise<unknown> =>
    ((await live(world)).spec as { template: { metadata: { annotations?: unknown } } }).template.metadata.annotations;

  test('writes the moment at which it was asked, which its card shows, and once', async () => {
    const world = worldWith(workloadOf('web'));
    const chain = await file(world, { kind: 'restart', ask: anew, duration: 'good' });
    const at = world.now().toString({ smallestUnit: 'second' });
    expect(chain.request.asked.ask).toEqual({ ...anew, at });
    const shown = await readContent(world.bot, chain.request.asked);
    expect(shown).toMatchObject({ content: { changes: [{ diff: expect.stringContaining(at) }] } });

    world.advance({ minutes: 5 });
    await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'completed' });
    expect(await annotationIn(world)).toEqual({ 'kubectl.kubernetes.io/restartedAt': at });
    await settle(world);
    expect(await annotationIn(world)).toEqual({ 'kubectl.kubernetes.io/restartedAt': at });
  });

  test('is of what runs when it is done: another image since disturbs nobody', async () => {
    const world = worldWith(workloadOf('web'));
    const chain = await file(world, { kind: 'restart', ask: anew, duration: 'good' });
    world.cluster.edit(web, (before) => JSON.parse(JSON.stringify(before).replaceAll('web:2', 'web:3')));
    expect(await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).toMatchObject({
      ok: true,
    });
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(await live(world))).toContain('web:3');
  });
});

test('a restart of several that fails halfway restarts none of them once more, and says which are restarted', async () => {
  const world = worldWith(workloadOf('api'), workloadOf('web'));
  const chain = await file(world, { kind: 'restart', ask: { ...anew, names: ['api', 'web'] }, duration: 'good' });
  const { id } = chain.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  const written: string[] = [];
  await runStep(
    workerOver(world, {
      write: async (manifest, options) => {
        if (manifest.metadata.name === 'web') throw refusal(403, 'replace Deployment', 'Not on a Friday.');
        if (manifest.kind === 'Deployment') written.push(manifest.metadata.name);
        return world.cluster.write(manifest, options);
      },
    }),
    id,
  );
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({
    status: 'failed',
    why: 'Done already: Deployment shop/api. Not on a Friday.',
  });
  // Neither it nor its removal is written.
  expect(written).toEqual(['api']);
  expect(JSON.stringify((await world.cluster.get({ ...web, name: 'api' }))?.live)).toContain('restartedAt');
});

test('a restart of several that is taken back halfway says which are restarted', async () => {
  const world = worldWith(workloadOf('api'), workloadOf('web'));
  const chain = await file(world, { kind: 'restart', ask: { ...anew, names: ['api', 'web'] }, duration: 'good' });
  const { id } = chain.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  const cutOff = workerOver(world, {
    write: async (manifest, options) => {
      if (manifest.metadata.name === 'web') throw new Error('The power is gone');
      return world.cluster.write(manifest, options);
    },
  });
  await expect(runStep(cutOff, id)).rejects.toThrow('The power is gone');
  await finishGrant(world.bot, { by: alice, id });
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({
    status: 'lapsed',
    why: 'Done already: Deployment shop/api. It was taken back while it was being applied.',
  });
});

test('a scaling of what has another number of pods by now is another one, for which votes do not count', async () => {
  const world = worldWith(workloadOf('web'));
  const chain = await file(world, { kind: 'scale', ask: toFive, duration: 'good' });
  world.cluster.edit(web, (before) => ({ ...before, spec: { ...(before.spec as object), replicas: 9 } }));
  await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  expect((await look(world, chain)).request).toMatchObject({
    asked: { revision: 2 },
    state: { status: 'pending', votes: [] },
  });
});

test('a scaling for a time is in force for longer once that is approved, and is taken back then', async () => {
  const world = worldWith(workloadOf('web'));
  const replicas = async () => ((await live(world)).spec as { replicas: number }).replicas;
  const chain = await file(world, { kind: 'scale', ask: toFive, duration: '10m' });
  const { id } = chain.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  await settle(world);
  const more = await extendGrant(world.bot, { by: alice, id, source: 'slack', duration: '10m' });
  const extension = more.ok ? more.value.request.asked.id : expect.fail(JSON.stringify(more.error));
  await approveRequest(world.bot, { by: bob, id: extension, revision: 1 });
  await settle(world);
  world.advance({ minutes: 15 });
  await settle(world);
  expect(await replicas()).toBe(5);
  world.advance({ minutes: 6 });
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({ status: 'revoked', cause: 'expired' });
  expect(await replicas()).toBe(2);
});

test('a scaling to 0 is warned of, and decided on by the rule for that, also where it shall be in force for longer', async () => {
  const world = worldWith(workloadOf('web'), budgetOf('keeps-two', 'web', 0));
  const calm = rule({ name: 'calm', match: { ...rule().match, risk: ['none'] }, auto: true });
  world.settings.policy = policy({ rules: [calm, rule({ name: 'severe' })] });
  const chain = await file(world, { kind: 'scale', ask: { ...toFive, replicas: 0 }, duration: '10m' });
  expect(chain.request.asked.approval.rule).toBe('severe');
  const cautionsOf = async ({ request: { asked } }: typeof chain) => {
    const shown = await readContent(world.bot, asked);
    return shown.type === 'shown' ? shown.content.cautions : [];
  };
  const warned = await cautionsOf(chain);
  await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  await settle(world);
  const more = await extendGrant(world.bot, {
    by: alice,
    id: chain.request.asked.id,
    source: 'slack',
    duration: '10m',
  });
  const longer = more.ok ? more.value : expect.fail(JSON.stringify(more.error));
  expect(longer.request).toMatchObject({ asked: { approval: { rule: 'severe' } }, state: { status: 'pending' } });
  expect(warned).toHaveLength(2);
  expect(await cautionsOf(longer)).toEqual(warned);
});
