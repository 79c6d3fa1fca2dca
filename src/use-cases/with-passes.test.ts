import { describe, expect, test } from 'vitest';
import { type Pass, passName, passObject } from '#domain/guard/pass.ts';
import type { Admission } from '#domain/guard/write.ts';
import { type Manifest, targetOf } from '#domain/plan.ts';
import type { Author } from '#domain/request/events.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, workerUser } from '#test/build/guard-world.ts';
import { namespaceManifest, podManifest, policyManifest } from '#test/build/network.ts';
import { openOver } from '#test/build/openings.ts';
import { alice } from '#test/build/people.ts';
import { gate, setting } from '#test/build/rule-world.ts';
import { file, look } from '#test/build/world.ts';
import { finishGrant } from './act-on-request.ts';
import type { WorkerPorts } from './ports.ts';
import { versionOf } from './prepared.ts';
import { sweepMarkers } from './sweep-markers.ts';
import { withPasses } from './with-passes.ts';

const opened = gate({ auth: 'off', limit: '10' });
const byWorker = { object: opened, user: workerUser, fails: true };
const options = { manager: 'hallpass-worker' };

const passesIn = async ({ cluster }: GuardWorld): Promise<readonly string[]> =>
  (await cluster.markers('hallpass-markers')).map(({ ref }) => ref.name).filter((name) => name.startsWith('pass-'));
const dataOf = async ({ cluster }: GuardWorld) => (await cluster.get(gateTarget))?.live.data;
const writerIn = ({ worker }: GuardWorld) => {
  const cluster = worker.clusters.get('prod');
  if (cluster === undefined) throw new Error('The worker knows no cluster');
  return cluster;
};
/** What the gate shall be, made from how it is. */
const wanted = async ({ cluster }: GuardWorld): Promise<Manifest> => {
  const live = (await cluster.get(gateTarget))?.live;
  return { ...opened, metadata: { ...opened.metadata, ...live?.metadata } };
};

describe('a write of the worker to what is protected', () => {
  const withPass = async (changed: Partial<Pass> = {}, author: Author = 'worker', name?: string) => {
    const world = createGuardWorld();
    const fingerprint = await world.passMark(byWorker);
    const until = world.now().add({ seconds: 60 });
    const pass = passObject(
      'hallpass-markers',
      { cluster: 'prod', fingerprint, until, ...changed },
      world.signer(author),
    );
    const metadata = { ...pass.metadata, name: name ?? passName(fingerprint) };
    world.cluster.put({ ...pass, metadata });
    return world;
  };
  const isRefused = (answer: Admission) => {
    expect(answer).toMatchObject({ allowed: false, code: 503 });
    expect(answer).toMatchObject({
      message: 'Hallpass itself shows no pass for this write to ConfigMap shop/gate.',
    });
  };

  test('without a pass is refused for now, and becomes no request', async () => {
    const world = createGuardWorld();
    isRefused(await world.write(byWorker));
    await expect(world.guarded.write(await wanted(world), options)).rejects.toThrow('shows no pass');
    expect(world.held.waiting()).toEqual([]);
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('with a pass for it is let through, also while Redis is away', async () => {
    const world = await withPass();
    expect(await world.write(byWorker)).toEqual({ allowed: true, warnings: [] });
    const down = async (): Promise<never> => {
      throw new Error('Redis is away');
    };
    const { reviewWrite } = await import('./review-write.ts');
    const guard = {
      ...world.guard,
      clock: { now: down },
      store: { ...world.store, read: down, ofPerson: down },
      held: { ...world.guard.held, find: down, said: down, file: down, tried: down, note: down },
    };
    expect(await reviewWrite(guard, await world.ask(byWorker))).toMatchObject({ allowed: true });
  });

  test('of whatever user shows no pass for anybody else', async () => {
    const world = await withPass();
    expect(await world.write({ object: opened, fails: true })).toMatchObject({ allowed: false, code: 403 });
    expect(await world.write({ ...byWorker, user: `${workerUser}x` })).toMatchObject({ allowed: false, code: 403 });
  });

  test('with a pass for another write is refused', async () => {
    isRefused(await (await withPass({ fingerprint: 'f'.repeat(64) })).write(byWorker));
    const world = await withPass();
    const other = { object: gate({ auth: 'off', limit: '0' }), user: workerUser, fails: true };
    isRefused(await world.write(other));
    isRefused(await world.write({ deletes: gateTarget, user: workerUser, fails: true }));
    world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'half', limit: '10' } }));
    isRefused(await world.write(byWorker));
    // The beginning of a fingerprint names the pass; all of it counts.
    const fingerprint = await world.passMark(byWorker);
    isRefused(await (await withPass({ fingerprint: `${fingerprint.slice(0, 40)}${'0'.repeat(24)}` })).write(byWorker));
  });

  test('with a pass that is over is refused', async () => {
    const world = await withPass();
    world.advance({ seconds: 59 });
    expect(await world.write(byWorker)).toMatchObject({ allowed: true });
    world.advance({ seconds: 1 });
    isRefused(await world.write(byWorker));
  });

  test.each<Author>(['guard', 'bot'])('with a pass that the %s has signed is refused', async (author) => {
    isRefused(await (await withPass({}, author)).write(byWorker));
  });

  test('with a pass of another cluster, edited, copied or foreign is refused', async () => {
    isRefused(await (await withPass({ cluster: 'staging' })).write(byWorker));
    const world = await withPass();
    const target = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'hallpass-markers',
      name: passName(await world.passMark(byWorker)),
    };
    const live = (await world.cluster.get(target))?.live;
    const edits: Record<string, string>[] = [
      { 'hallpass.dev/pass-until': world.now().add({ hours: 24 }).toString() },
      { 'hallpass.dev/pass-until': 'for ever' },
      { 'hallpass.dev/signature': 'bm8=' },
      { 'hallpass.dev/key': world.signer('bot').key },
    ];
    for (const edit of edits) {
      world.cluster.edit(target, (before) => ({
        ...before,
        metadata: { ...before.metadata, annotations: { ...live?.metadata.annotations, ...edit } },
      }));
      isRefused(await world.write(byWorker));
    }
    const { name } = target;
    world.cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'hallpass-markers' } });
    isRefused(await world.write(byWorker));
  });
});

describe('a cluster as the worker writes to it', () => {
  test('has a pass for each write while it is made, and none behind it', async () => {
    const world = createGuardWorld();
    const writer = writerIn(world);
    expect(await writer.write(await wanted(world), options)).toMatchObject({ type: 'written' });
    expect(await dataOf(world)).toEqual({ auth: 'off', limit: '10' });
    const made = await writer.create({ ...opened, metadata: { name: 'gate-2', namespace: 'shop' } });
    expect(made.existed).toBe(false);
    expect(await writer.remove(made.ref)).toBe('removed');
    const other = await writer.create({ ...opened, metadata: { name: 'gate-3', namespace: 'shop' } });
    expect(await writer.beginDelete(other.ref)).toBe('begun');
    const there = await world.cluster.get(gateTarget);
    const version = there === undefined ? undefined : versionOf(there.live);
    expect(await writer.delete(there?.ref ?? made.ref, version ?? '')).toBe('deleted');
    expect(await passesIn(world)).toEqual([]);
    expect(world.alarms).toEqual([]);
  });

  test('has no pass behind a write that failed, or met another one', async () => {
    const world = createGuardWorld();
    const writer = writerIn(world);
    const manifest = await wanted(world);
    world.cluster.breakDown((method) => (method === 'write' ? new Error('It was cut off') : undefined));
    await expect(writer.write(manifest, options)).rejects.toThrow('cut off');
    expect(await passesIn(world)).toEqual([]);
    world.cluster.mend();
    world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'half' } }));
    expect(await writer.write(manifest, options)).toEqual({ type: 'moved' });
    const gone = { ...gateTarget, uid: 'another' };
    expect(await writer.remove(gone)).toBe('replaced');
    expect(await writer.delete({ ...gone, name: 'never' }, '1')).toBe('gone');
    expect(await passesIn(world)).toEqual([]);
  });

  test('replaces a pass that was left behind, and is over', async () => {
    const world = createGuardWorld();
    const fingerprint = await world.passMark(byWorker);
    const until = world.now().subtract({ hours: 1 });
    const over = passObject('hallpass-markers', { cluster: 'prod', fingerprint, until }, world.signer('worker'));
    world.cluster.put(over);
    expect(await writerIn(world).write(await wanted(world), options)).toMatchObject({ type: 'written' });
    expect(await passesIn(world)).toEqual([]);
  });

  test('carries no pass for what is not protected, changes nothing, or is Hallpass’s own', async () => {
    const world = createGuardWorld();
    const writer = writerIn(world);
    const passes: string[] = [];
    const counting = withPasses(world.worker, {
      ...world.guarded,
      create: async (manifest) => {
        if (manifest.metadata.name.startsWith('pass-')) passes.push(manifest.metadata.name);
        return world.guarded.create(manifest);
      },
    });
    const elsewhere = { ...opened, metadata: { name: 'gate', namespace: 'bank' } };
    await counting.remove((await counting.create(elsewhere)).ref);
    const own = { ...opened, metadata: { name: 'own', namespace: 'hallpass-markers' } };
    await counting.remove((await counting.create(own)).ref);
    const live = (await world.cluster.get(gateTarget))?.live ?? opened;
    await counting.write({ ...live, status: { phase: 'Ready' } }, options);
    expect(passes).toEqual([]);
    expect(writer.name).toBe('prod');
  });

  test('writes without passes where the policy cannot be read: what has to end is tried all the same', async () => {
    const world = createGuardWorld();
    const unreadable: WorkerPorts = {
      ...world.worker,
      settings: () => {
        throw new Error('The policy cannot be read');
      },
    };
    const writer = withPasses(unreadable, world.cluster);
    expect(await writer.write(await wanted(world), options)).toMatchObject({ type: 'written' });
  });

  test('tells the time of a pass by the API server where Redis does not say it', async () => {
    const world = createGuardWorld();
    const writer = withPasses(world.worker, world.guarded);
    expect(await writer.write(await wanted(world), options)).toMatchObject({ type: 'written' });
  });
});

describe('a pass that a worker has left behind', () => {
  test('is swept once it is over, and no sooner; what only looks like one stays', async () => {
    const world = createGuardWorld();
    const fingerprint = await world.passMark(byWorker);
    const pass = { cluster: 'prod', fingerprint, until: world.now().add({ seconds: 60 }) };
    world.cluster.put(passObject('hallpass-markers', pass, world.signer('worker')));
    world.cluster.put(passObject('hallpass-markers', { ...pass, fingerprint: 'f'.repeat(64) }, world.signer('guard')));
    world.advance({ seconds: 89 });
    await sweepMarkers(world.worker, world.cluster);
    expect(await passesIn(world)).toHaveLength(2);
    world.advance({ seconds: 3 });
    await sweepMarkers(world.worker, world.cluster);
    expect(await passesIn(world)).toEqual([passName('f'.repeat(64))]);
  });
});

describe('what Hallpass does to what is protected', () => {
  test('for a time is made and taken back with passes', async () => {
    const world = createGuardWorld();
    const chain = await world.approve(await file(world, setting({ auth: 'off' })));
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('active');
    expect(await dataOf(world)).toEqual({ auth: 'off', limit: '10' });
    world.advance({ minutes: 10 });
    await world.steps();
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'revoked',
      reverted: [{ how: 'restored' }],
    });
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
    expect(await passesIn(world)).toEqual([]);
  });

  test('is tried again when its pass is lost on the way', async () => {
    const world = createGuardWorld();
    const chain = await world.approve(await file(world, setting({ auth: 'off' })));
    let lost = 0;
    const losing = {
      ...world.guarded,
      create: async (manifest: Manifest) => {
        const made = await world.guarded.create(manifest);
        if (!manifest.metadata.name.startsWith('pass-') || lost > 0) return made;
        lost += 1;
        world.cluster.discard(targetOf(manifest));
        return made;
      },
    };
    const worker = { ...world.worker, clusters: new Map([['prod', withPasses(world.worker, losing)]]) };
    const { runStep } = await import('./run-step.ts');
    await expect(runStep(worker, chain.request.asked.id)).rejects.toThrow('shows no pass');
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('active');
    expect(lost).toBe(1);
  });

  test('by a grant is made and removed with passes, where RoleBindings are protected', async () => {
    const world = createGuardWorld({ protect: [heldInShop({ resources: ['roles', 'rolebindings'] })] });
    const chain = await world.approve(await file(world));
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('active');
    const bindings = () => world.cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding').length;
    expect(bindings()).toBe(1);
    world.advance({ minutes: 30 });
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('revoked');
    expect(bindings()).toBe(0);
    expect(await passesIn(world)).toEqual([]);
    expect(world.held.waiting()).toEqual([]);
  });

  test('by an opening is made and removed with passes, where NetworkPolicies are protected', async () => {
    const world = createGuardWorld({ protect: [heldInShop({ resources: ['networkpolicies'] })] });
    const kind = openOver();
    world.settings.kinds = [...world.settings.kinds, kind];
    const pod = podManifest('shop/web-1', { labels: { app: 'web' }, ports: { http: 8080 } });
    const denyAll = policyManifest('shop/deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    for (const manifest of [namespaceManifest('shop'), pod, denyAll]) world.cluster.put(manifest);
    const ask = kind.fromWords(['app=web', 'into', 'app=web', '8080'], []);
    if (!ask.ok) throw new Error(ask.error);
    const chain = await world.approve(await file(world, { kind: 'open', ask: ask.value }));
    const policies = () => world.cluster.objects().filter(({ ref }) => ref.kind === 'NetworkPolicy').length;
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('active');
    expect(policies()).toBeGreaterThan(1);
    expect((await finishGrant(world.bot, { by: alice, id: chain.request.asked.id })).ok).toBe(true);
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('revoked');
    expect(policies()).toBe(1);
    expect(await passesIn(world)).toEqual([]);
    expect(world.held.waiting()).toEqual([]);
  });
});
