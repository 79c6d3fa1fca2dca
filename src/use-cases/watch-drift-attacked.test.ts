import { describe, expect, test } from 'vitest';
import { type Manifest, targetOf } from '#domain/plan.ts';
import { everything } from '#test/build/conditions.ts';
import { only, pastTheGuard, twice, watchedWorld } from '#test/build/drift.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted } from '#test/build/guard-world.ts';
import { alice, bob } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { gate } from '#test/build/rule-world.ts';
import { ingressTarget, shopIngress } from '#test/build/shop-ingress.ts';
import { file } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import type { DriftPorts } from './drift-ports.ts';
import { find } from './request-log.ts';
import { createDriftWatch } from './watch-drift.ts';

const clusterOf = (world: GuardWorld) => {
  const [cluster] = [...world.worker.clusters.values()];
  if (cluster === undefined) throw new Error('none');
  return cluster;
};
const statuses = async (world: GuardWorld) => Object.values(await world.requests()).toSorted();
const patch = (data: Record<string, string>) => ({
  edits: [{ do: 'patch', resource: 'configmaps', name: 'gate', patch: { data } }],
});

describe('laundering', () => {
  test('another approved change of the same object does not make what was done past the guard agreed to', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    // Nobody was shown auth: off. A harmless change is asked for and approved at once.
    await world.approve(await file(world, { kind: 'change', ask: patch({ limit: '11' }) as never, duration: '10m' }));
    await world.steps();
    for (let i = 0; i < 4; i += 1) await world.look();
    expect(Object.values(await world.requests())).toContain('pending');
  });

  test('the end of a temporary change does not', async () => {
    const world = await watchedWorld();
    await world.approve(await file(world, { kind: 'change', ask: patch({ limit: '11' }) as never, duration: '10m' }));
    await world.steps();
    await twice(world);
    pastTheGuard(world, { auth: 'off', limit: '11' });
    await twice(world);
    expect(await statuses(world)).toEqual(['active', 'pending']);
    world.advance({ minutes: 11 });
    await world.steps();
    for (let i = 0; i < 4; i += 1) await world.look();
    // auth: off stands; somebody must be able to put it back.
    const live = (await world.cluster.get(gateTarget))?.live.data;
    expect(live).toEqual({ auth: 'off', limit: '10' });
    const chain = await only(world);
    await world.approve(chain);
  });

  test('a card of what was found is over once a request has changed the object', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    for (let i = 0; i < 2; i += 1) await world.look();
    const object = gate({ auth: 'on', limit: '12' });
    const chain = await world.hold({ object });
    await world.approve(chain);
    await world.write({ object });
    await world.steps();
    world.advance({ minutes: 1 });
    for (let i = 0; i < 4; i += 1) await world.look();
    // What was approved was shown beside what nobody had agreed to, which is still to be decided on.
    expect(await statuses(world)).toEqual(['completed', 'pending', 'withdrawn']);
  });
});

describe('a put-back that fails', () => {
  test.for([403, 422, 500])('does not make what was found agreed to: %d', async (code) => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    for (let i = 0; i < 2; i += 1) await world.look();
    const chain = await only(world);
    await world.approve(chain);
    world.cluster.breakDown((method) =>
      method === 'write'
        ? refusal(code, 'write ConfigMap gate', 'admission webhook "other.test" denied it')
        : undefined,
    );
    await world.steps().catch(() => undefined);
    for (let i = 0; i < 40; i += 1) {
      world.advance({ minutes: 2 });
      await world.steps().catch(() => undefined);
      await world.look();
    }
    world.cluster.mend();
    const lines = await world.agreed.all({ cluster: 'prod', namespace: 'shop', profile: 'configmaps' });
    world.advance({ hours: 3 });
    await world.look();
    await twice(world);
    // auth is off, and nobody has accepted that: somebody is asked, or administrators are told that it still is so.
    expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'off', limit: '10' });
    expect(lines.get('gate')).toContain('"auth":"on"');
    expect(await statuses(world)).toContain('pending');
  });
});

test('what a round saw is not written over what Hallpass has made since', async () => {
  const world = await watchedWorld();
  await world.approve(await file(world, { kind: 'change', ask: patch({ limit: '11' }) as never, duration: '10m' }));
  world.cluster.edit(gateTarget, (live) => noted(live, { 'acme.test/commit': 'f00' }));
  const cluster = clusterOf(world);
  let done = false;
  const watch = createDriftWatch(world.worker, {
    ...cluster,
    scan: (async (...given: Parameters<typeof cluster.scan>) => {
      const found = await cluster.scan(...given);
      if (given[0].kind === 'ConfigMap' && !done) {
        done = true;
        await world.steps();
      }
      return found;
    }) as typeof cluster.scan,
  });
  await watch();
  for (let i = 0; i < 4; i += 1) {
    world.advance({ seconds: 5 });
    await world.look();
  }
  expect(await statuses(world)).toEqual(['active']);
});

test('Hallpass’s own namespace, were it a managed one', async () => {
  const world = createGuardWorld({ protect: [heldInShop({ namespaces: ['*'] })] });
  const watch = createDriftWatch({ ...world.worker, managed: ['shop', 'hallpass'] }, clusterOf(world));
  await watch();
  world.cluster.put({ ...gate({}), metadata: { name: 'own', namespace: 'hallpass' } });
  await watch();
  await watch();
  await world.takeIn();
  expect([...(await statuses(world)), ...world.alarms]).toEqual([]);
});

test('one harmless use of a grant does not explain what was done past the guard right after', async () => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  await world.look();
  await world.approve(await file(world));
  await world.steps();
  world.advance({ seconds: 1 });
  const beta = { ...shopIngress(), metadata: { ...shopIngress().metadata, labels: { team: 'beta' } } } as Manifest;
  await world.write({ object: beta });
  await world.takeIn();
  world.cluster.edit(ingressTarget, (live) =>
    noted(live, { 'nginx.ingress.kubernetes.io/configuration-snippet': 'more_set_headers "x: y";' }),
  );
  for (let i = 0; i < 4; i += 1) {
    world.advance({ seconds: 5 });
    await world.look();
  }
  expect(await statuses(world)).toContain('pending');
});

test('what is being deleted and never goes is told of', async () => {
  const world = await watchedWorld({ protect: [heldInShop({ resources: ['rolebindings', 'configmaps'] })] });
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: 'mine',
      namespace: 'shop',
      finalizers: ['a.test/never'],
      deletionTimestamp: '2026-11-20T12:00:00Z',
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }],
  } as unknown as Manifest;
  world.cluster.put(binding);
  for (let i = 0; i < 20; i += 1) {
    await world.look();
    world.advance({ hours: 1 });
  }
  expect([...Object.values(await world.requests()), ...world.alarms]).not.toEqual([]);
});

describe('a bot that is away for half a minute', () => {
  test('makes no card of what a grant was used for', async () => {
    const world = createGuardWorld();
    world.cluster.put(shopIngress());
    await world.look();
    const chain = await world.approve(await file(world));
    await world.steps();
    world.advance({ seconds: 1 });
    const watch = createDriftWatch(world.worker, clusterOf(world));
    const object = { ...shopIngress(), metadata: { ...shopIngress().metadata, labels: { team: 'beta' } } };
    expect((await world.write({ object })).allowed).toBe(true);
    for (let i = 0; i < 3; i += 1) {
      world.advance({ seconds: 5 });
      await watch();
    }
    await world.takeIn(); // the bot is back
    for (let i = 0; i < 4; i += 1) await world.look();
    expect(await world.requests()).toEqual({ [chain.request.asked.id]: 'active' });
    void ingressTarget;
  });

  test('nor an alarm of what was over before it came back', async () => {
    const world = await watchedWorld();
    const watch = createDriftWatch(world.worker, clusterOf(world));
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await watch();
    await watch();
    pastTheGuard(world, { auth: 'on', limit: '10' });
    await watch();
    await world.takeIn();
    expect(world.alarms).toEqual([]);
  });
});

test('two writes under a grant within the same second or two', async () => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  await world.look();
  const chain = await world.approve(await file(world));
  await world.steps();
  world.advance({ seconds: 1 });
  const labelled = (team: string): Manifest =>
    ({ ...shopIngress(), metadata: { ...shopIngress().metadata, labels: { team } } }) as Manifest;
  await world.write({ object: labelled('one') });
  await world.takeIn();
  await world.look();
  world.advance({ seconds: 5 });
  // While the worker looks (after its list, before it has written down what it saw) the person writes once more.
  const cluster = clusterOf(world);
  let written = false;
  const slow = {
    ...cluster,
    scan: async (...given: Parameters<typeof cluster.scan>) => {
      const found = await cluster.scan(...given);
      if (given[0].kind === 'Ingress' && !written) {
        written = true;
        await world.write({ object: labelled('two') });
        await world.takeIn();
        world.advance({ seconds: 1 });
      }
      return found;
    },
  } as typeof cluster;
  const watch = createDriftWatch(world.worker, slow);
  // a watch that has seen it once already
  written = true;
  await watch();
  written = false;
  await watch();
  for (let i = 0; i < 4; i += 1) {
    world.advance({ seconds: 5 });
    await world.look();
  }
  expect(await world.requests()).toEqual({ [chain.request.asked.id]: 'active' });
});

describe('who is asked', () => {
  test('of what is critical those who decide on critical changes are asked, not those for harmless ones', async () => {
    const snippet = { 'nginx.ingress.kubernetes.io/configuration-snippet': 'more_set_headers "x: y";' };
    const world = createGuardWorld({
      rules: [
        rule({
          name: 'harmless',
          permanent: true,
          match: { ...everything, risk: ['none', 'medium'] },
          approve: [{ from: 'developers', count: 1 }],
        }),
        rule({ name: 'dangerous', permanent: true, approve: [{ from: 'platform', count: 2 }] }),
      ],
    });
    const loose: Manifest = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop', namespace: 'shop', annotations: { a: 'b' } },
      spec: { rules: [] },
    };
    world.cluster.put(loose);
    await world.look();
    // held as a direct write: the dangerous rule
    const held = await world.hold({ object: noted(loose, snippet) });
    expect(held.request.asked.approval.rule).toBe('dangerous');
    world.cluster.edit(targetOf(loose), (live) => noted(live, snippet));
    await twice(world);
    const all = await world.requests();
    const chains = await Promise.all(Object.keys(all).map((id) => find(world.bot, id as never)));
    const drifts = chains.flatMap((one) =>
      one.type === 'found' && one.chain.request.asked.drift ? [one.chain.request.asked] : [],
    );
    expect(drifts.map(({ approval, drift }) => [drift?.risk, approval.rule])).toEqual([
      [held.request.asked.content?.risk, 'dangerous'],
    ]);
  });
});

describe('examiner fails once', () => {
  test('it is told in the next round or so, not an hour later', async () => {
    const world = await watchedWorld();
    let fails = true;
    const worker: DriftPorts = {
      ...world.worker,
      examiner: {
        ...world.worker.examiner,
        compare: async (before, after) => {
          if (fails) throw new Error('The examiner was stopped');
          return world.worker.examiner.compare(before, after);
        },
      },
    };
    const watch = createDriftWatch(worker, clusterOf(world));
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await watch();
    await expect(watch()).rejects.toThrow();
    fails = false;
    for (let i = 0; i < 60; i += 1) {
      world.advance({ seconds: 10 });
      await watch();
      await world.takeIn();
    }
    expect(await statuses(world)).toEqual(['pending']);
  });
});

describe('policies that differ for a minute between two workers', () => {
  test('one card', async () => {
    const world = await watchedWorld();
    world.cluster.edit(gateTarget, (live) => noted(live, { 'acme.test/build': '7' }));
    await twice(world);
    await world.deny(await only(world));
    await twice(world);
    const changed = {
      ...world.settings,
      policy: {
        ...world.settings.policy,
        hash: 'another',
        protect: [heldInShop({ ignoreAnnotations: ['acme.test/commit', 'acme.test/build'] })],
      },
    };
    const one = createDriftWatch(world.worker, clusterOf(world));
    const other = createDriftWatch({ ...world.worker, settings: () => changed }, clusterOf(world));
    pastTheGuard(world, { auth: 'off', limit: '10' });
    for (let i = 0; i < 12; i += 1) {
      world.advance({ seconds: 5 });
      await one();
      await other();
      await world.takeIn();
    }
    const all = await statuses(world);
    expect(all.length).toBeLessThanOrEqual(2);
  });
});

const deployment = (replicas: number, image: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image }] },
    },
  },
});

describe('a workload that an autoscaler scales', () => {
  const scaled = async () => {
    const world = createGuardWorld();
    world.cluster.put(deployment(2, 'web:1'));
    await world.look();
    world.cluster.edit(
      targetOf(deployment(2, '')),
      (live) => ({ ...live, spec: deployment(2, 'web:2').spec }) as Manifest,
    );
    await twice(world);
    return world;
  };
  const scale = (world: GuardWorld, replicas: number) =>
    world.cluster.edit(
      targetOf(deployment(2, '')),
      (live) => ({ ...live, spec: { ...(live.spec as object), replicas } }) as Manifest,
    );

  test('has one card, however often it is scaled', async () => {
    const world = await scaled();
    for (const replicas of [3, 4, 5, 6, 7]) {
      scale(world, replicas);
      world.advance({ seconds: 15 });
      await twice(world);
    }
    expect(await statuses(world)).toEqual(['pending']);
  });

  test('is told of though it is scaled at each look', async () => {
    const world = createGuardWorld();
    world.cluster.put(deployment(2, 'web:1'));
    await world.look();
    world.cluster.edit(
      targetOf(deployment(2, '')),
      (live) => ({ ...live, spec: deployment(2, 'evil:2').spec }) as Manifest,
    );
    for (let i = 0; i < 50; i += 1) {
      scale(world, 2 + (i % 2));
      world.advance({ seconds: 5 });
      await world.look();
    }
    expect(await statuses(world)).not.toEqual([]);
  });

  test('is not scaled down by being put back', async () => {
    const world = await scaled();
    scale(world, 50);
    await twice(world);
    await world.approve(await only(world));
    await world.steps();
    const live = (await world.cluster.get(targetOf(deployment(2, ''))))?.live.spec as { replicas: number };
    expect(live.replicas).toBe(50);
  });
});

test('Redis away while a temporary change is taken back', async () => {
  const world = await watchedWorld();
  await world.approve(await file(world, { kind: 'change', ask: patch({ limit: '11' }) as never, duration: '10m' }));
  await world.steps();
  await twice(world);
  const { put } = world.agreed;
  Object.assign(world.agreed, {
    put: async () => {
      throw new Error('Redis is away');
    },
  });
  world.advance({ minutes: 11 });
  await world.steps();
  Object.assign(world.agreed, { put });
  for (let i = 0; i < 4; i += 1) await world.look();
  expect(await statuses(world)).toEqual(['revoked']);
});

test('a new worker key forgets nothing', async () => {
  const world = await watchedWorld();
  pastTheGuard(world, { auth: 'off', limit: '10' });
  const { trust } = world.worker;
  const without = {
    ...trust,
    verify: ((author, key, ...rest) =>
      key === world.signer('worker').key ? false : trust.verify(author, key, ...rest)) as typeof trust.verify,
  };
  const watch = createDriftWatch({ ...world.worker, trust: without }, clusterOf(world));
  await watch();
  await watch();
  for (let i = 0; i < 4; i += 1) await world.look();
  expect([...(await statuses(world)), ...world.alarms]).not.toEqual([]);
});

test('finalizers put on while the guard was away: not told each hour without end, nor impossible to accept', async () => {
  const world = await watchedWorld();
  world.cluster.edit(
    gateTarget,
    (live) => ({ ...live, metadata: { ...live.metadata, finalizers: ['a.test/b'] } }) as Manifest,
  );
  for (let i = 0; i < 48; i += 1) {
    await twice(world);
    world.advance({ hours: 1, minutes: 1 });
  }
  expect(world.alarms.length).toBeLessThan(10);
});

test('whoever changed it does not accept it alone where two are wanted', async () => {
  const world = await watchedWorld({ rules: [rule({ permanent: true, approve: [{ from: 'platform', count: 2 }] })] });
  pastTheGuard(world, { auth: 'off', limit: '10' });
  await twice(world);
  await world.deny(await only(world)); // bob, who has done it himself
  await twice(world);
  expect(await statuses(world)).toEqual(['pending']);
  void alice;
  void bob;
});

describe('a put-back that lapsed', () => {
  test('is told anew: the object is still another', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    for (let i = 0; i < 2; i += 1) await world.look();
    await world.approve(await only(world));
    world.advance({ hours: 3 }); // the worker was away
    await world.steps();
    const after = await statuses(world);
    for (let i = 0; i < 24 * 14; i += 1) {
      world.advance({ hours: 1 });
      await world.look();
    }
    expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'off', limit: '10' });
    expect([after, await statuses(world)]).toEqual([['lapsed'], ['lapsed', 'pending']]);
  });

  test('a rule that is renamed while the card waits leaves somebody to decide on it', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    for (let i = 0; i < 2; i += 1) await world.look();
    world.settings.policy = {
      ...world.settings.policy,
      rules: [rule({ name: 'renamed', permanent: true })],
      hash: 'two',
    };
    const errors: string[] = [];
    for (let i = 0; i < 24 * 14; i += 1) {
      await world.look();
      for (const [id, status] of Object.entries(await world.requests())) {
        const found = await find(world.bot, id as never);
        if (status === 'pending' && found.type === 'found')
          await world.approve(found.chain).catch((cause: Error) => void errors.push(cause.message));
      }
      await world.steps();
      world.advance({ hours: 1 });
    }
    expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'on', limit: '10' });
  });
});

test('whoever has made a critical change past the guard does not accept it as an approver of harmless ones', async () => {
  const snippet = { 'nginx.ingress.kubernetes.io/configuration-snippet': 'more_set_headers "x: y";' };
  const harmless = { name: 'harmless', permanent: true, match: { ...everything, risk: ['none', 'medium'] as const } };
  const world = createGuardWorld({
    rules: [
      rule({ ...harmless, approve: [{ from: 'developers', count: 1 }] }),
      rule({ name: 'dangerous', permanent: true, approve: [{ from: 'platform', count: 2 }] }),
    ],
  });
  const ingress = { ...shopIngress() };
  world.cluster.put(ingress);
  await world.look();
  world.cluster.edit(ingressTarget, (live) => noted(live, snippet));
  await twice(world);
  const { asked } = (await only(world)).request;
  const { denyRequest } = await import('./act-on-request.ts');
  const denied = await denyRequest(world.bot, { by: alice, id: asked.id, revision: asked.revision, reason: 'fine' });
  for (let i = 0; i < 4; i += 1) await world.look();
  expect([asked.drift?.risk, denied.ok, await statuses(world)]).toEqual([expect.anything(), false, ['pending']]);
});
