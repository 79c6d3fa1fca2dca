import { describe, expect, test, vi } from 'vitest';
import { agreedTo, factKey, writeFact } from '#domain/guard/agreed.ts';
import { writeEntry } from '#domain/guard/entry.ts';
import { stateMark } from '#domain/guard/state-mark.ts';
import { itself, type RequestId } from '#domain/ids.ts';
import { type Manifest, targetOf } from '#domain/plan.ts';
import { everything } from '#test/build/conditions.ts';
import { only, pastTheGuard, twice, watchedWorld } from '#test/build/drift.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted } from '#test/build/guard-world.ts';
import { alice, bob } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { gate } from '#test/build/rule-world.ts';
import { ingressTarget, shopIngress } from '#test/build/shop-ingress.ts';
import { file } from '#test/build/world.ts';
import { ownWrite } from './own-write.ts';
import { createDriftWatch } from './watch-drift.ts';

const named = (name: string): Manifest => ({ ...gate({ auth: 'on' }), metadata: { name, namespace: 'shop' } });
const target = (name: string) => ({ ...gateTarget, name });

const deployment = (replicas: number): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } } } },
});
const liveData = async (world: GuardWorld, name = 'gate') => (await world.cluster.get(target(name)))?.live.data;

describe('what is protected and was changed past the guard', () => {
  test('becomes a request of nobody once it was seen twice, and no second one while that waits', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await world.look();
    expect(await world.requests()).toEqual({});
    for (let round = 0; round < 4; round += 1) await world.look();
    const { asked } = (await only(world)).request;
    expect(asked).toMatchObject({ requester: itself, subject: itself, source: 'drift', kind: 'change' });
    expect(asked.drift).toMatchObject({ what: 'changed' });
    expect(asked.content?.targets).toMatchObject([{ op: 'update', name: 'gate' }]);
    expect(world.alarms).toEqual([]);
  });

  test('is put back once that is approved, and then nothing is told any more', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    await world.approve(await only(world));
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'on', limit: '10' });
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['completed']);
  });

  test('is told anew when it comes again after it was put back', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    await world.approve(await only(world));
    await world.steps();
    await world.look();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    expect(Object.values(await world.requests()).toSorted()).toEqual(['completed', 'pending']);
  });

  test('is what was agreed to once it is accepted, and that is what a later change is held against', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    await world.deny(await only(world));
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['denied']);
    pastTheGuard(world, { auth: 'off', limit: '11' });
    await twice(world);
    await world.approve(await only(world));
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'off', limit: '10' });
  });

  test('is over when somebody puts it back by themselves', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    const { id } = (await only(world)).request.asked;
    pastTheGuard(world, { auth: 'on', limit: '10' });
    await world.look();
    expect((await only(world, 'withdrawn')).request).toMatchObject({
      asked: { id },
      state: { by: itself, why: 'It is as it was again.' },
    });
  });

  test('is one request for what it is now when it moves on, and the earlier one is over', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    const first = await only(world);
    pastTheGuard(world, { auth: 'off', limit: '99' });
    await expect(world.approve(first)).rejects.toThrow('impossible');
    await twice(world);
    expect((await only(world)).request.asked.id).toBe(first.request.asked.id);
    world.advance({ minutes: 1 });
    await twice(world);
    const second = await only(world);
    expect(second.request.asked.id).not.toBe(first.request.asked.id);
    expect((await only(world, 'withdrawn')).request.asked.id).toBe(first.request.asked.id);
    await world.approve(second);
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('may be something that was created, which is deleted again, or deleted, which is made again', async () => {
    const world = await watchedWorld();
    world.cluster.put(named('back-door'));
    await twice(world);
    const created = await only(world);
    expect(created.request.asked.drift?.what).toBe('created');
    await world.approve(created);
    await world.steps();
    expect(await world.cluster.get(target('back-door'))).toBeUndefined();

    world.cluster.discard(gateTarget);
    await twice(world);
    const deleted = await only(world);
    expect(deleted.request.asked.drift).toMatchObject({ what: 'deleted', by: [] });
    await world.approve(deleted);
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'on', limit: '10' });
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['completed', 'completed']);
  });

  test('says what is more dangerous by it, and not by its being put back', async () => {
    const world = await watchedWorld();
    const loose: Manifest = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop', namespace: 'shop', annotations: {} },
      spec: { rules: [] },
    };
    world.cluster.put(loose);
    await twice(world);
    await world.deny(await only(world));
    await world.look();
    const snippet = { 'nginx.ingress.kubernetes.io/configuration-snippet': 'more_set_headers "x: y";' };
    world.cluster.edit({ ...gateTarget, apiVersion: loose.apiVersion, kind: 'Ingress', name: 'shop' }, (live) =>
      noted(live, snippet),
    );
    await twice(world);
    const { drift } = (await only(world)).request.asked;
    expect(drift?.risk).not.toBe('none');
    expect(drift?.dangers.length).toBeGreaterThan(0);
  });
});

describe('no request is made', () => {
  test('of what was seen once and was gone, though it is seen once more later', async () => {
    const world = await watchedWorld();
    for (const auth of ['off', 'on', 'off', 'on']) {
      pastTheGuard(world, { auth, limit: '10' });
      await world.look();
    }
    expect(await world.requests()).toEqual({});
  });

  test('of what is there when somebody looks for the first time', async () => {
    const world = createGuardWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    expect(await world.requests()).toEqual({});
  });

  test('of a held write that was approved and made again, before it is seen as done, and after', async () => {
    const world = await watchedWorld();
    await world.approve(await world.hold({ object: gate({ auth: 'off', limit: '10' }) }));
    await world.write({ object: gate({ auth: 'off', limit: '10' }) });
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['approved']);
    await world.steps();
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['completed']);
  });

  test('of what Hallpass itself makes, for good or for a time, and takes back', async () => {
    const world = await watchedWorld();
    const chain = await world.approve(await world.hold({ object: gate({ auth: 'off', limit: '10' }) }));
    Object.assign(world.cluster, { review: async () => ({ allowed: true, reason: '' }) });
    const owned = await ownWrite(world.bot, { by: alice, id: chain.request.asked.id, isTheirs: true });
    expect(owned.ok).toBe(true);
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'off', limit: '10' });
    await twice(world);
    const patch = { do: 'patch', resource: 'configmaps', name: 'gate', patch: { data: { limit: '12' } } };
    await world.approve(await file(world, { kind: 'change', ask: { edits: [patch] }, duration: '10m' }));
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'off', limit: '12' });
    await twice(world);
    world.advance({ minutes: 11 });
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'off', limit: '10' });
    await twice(world);
    expect(Object.values(await world.requests()).toSorted()).toEqual(['completed', 'revoked']);
  });

  test('of an annotation that makes no difference, a status, or who owns which field', async () => {
    const world = await watchedWorld();
    world.cluster.edit(gateTarget, (live) => ({
      ...noted(live, { 'acme.test/commit': 'f00ba4' }),
      status: { phase: 'Ready' },
    }));
    await twice(world);
    expect(await world.requests()).toEqual({});
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    // The stamp stays: it was agreed to silently.
    await world.approve(await only(world));
    await world.steps();
    expect((await world.cluster.get(gateTarget))?.live.metadata.annotations).toMatchObject({
      'acme.test/commit': 'f00ba4',
    });
  });

  test('of what is not protected, nor of what was changed before it was', async () => {
    const world = await watchedWorld({ protect: [heldInShop({ resources: ['ingresses'] })] });
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    expect(await world.requests()).toEqual({});
  });

  test('of a place whose protection was taken away and comes again', async () => {
    const world = await watchedWorld();
    const { policy } = world.settings;
    world.settings.policy = { ...policy, protect: [], hash: 'without' };
    await world.look();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    world.settings.policy = policy;
    await twice(world);
    expect(await world.requests()).toEqual({});
  });

  test('of what is being deleted, until it is gone', async () => {
    const world = await watchedWorld();
    const going = { deletionTimestamp: '2026-11-20T12:00:00Z', finalizers: ['a.test/b'] };
    world.cluster.edit(gateTarget, (live) => ({ ...live, metadata: { ...live.metadata, ...going } }) as Manifest);
    await twice(world);
    expect(await world.requests()).toEqual({});
  });

  test('of what Hallpass was cut off at: the state that it makes is written down before it makes it', async () => {
    const world = await watchedWorld();
    const { protect } = world.settings.policy;
    const live = (await world.cluster.get(gateTarget))?.live;
    const opened = { ...live, data: { auth: 'off', limit: '10' } } as Manifest;
    const [from, to] = [live, opened].map((one) => stateMark(one, protect[0] ?? heldInShop(), world.bot.trust.digest));
    const said = { type: 'wrote', at: world.now().epochMilliseconds, from: from ?? '', to: to ?? '' } as const;
    const place = { cluster: world.cluster.name, namespace: 'shop', profile: 'configmaps' };
    await world.agreed.put(place, { [factKey(said, 'gate')]: writeFact(place, 'gate', said, world.signer('worker')) });
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    expect(await world.requests()).toEqual({});
    pastTheGuard(world, { auth: 'off', limit: '11' });
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });

  test('of a workload that was scaled, where anybody may scale', async () => {
    const world = await watchedWorld();
    const web = deployment(2);
    world.cluster.put(web);
    await twice(world);
    await world.deny(await only(world));
    await world.look();
    world.cluster.edit(targetOf(web), (live) => ({ ...live, spec: { ...(live.spec as object), replicas: 9 } }));
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['denied']);
    const other = world.settings.policy;
    world.settings.policy = { ...other, protect: [heldInShop({ scalers: [] })] };
    world.cluster.edit(targetOf(web), (live) => ({ ...live, spec: { ...(live.spec as object), replicas: 0 } }));
    await twice(world);
    expect(Object.values(await world.requests()).toSorted()).toEqual(['denied', 'pending']);
  });
});

describe('a namespace that is gone', () => {
  test('took with it what was protected, which administrators are told once, and nobody is asked', async () => {
    const world = await watchedWorld();
    world.cluster.removeNamespace('shop');
    await twice(world);
    expect(await world.requests()).toEqual({});
    expect(world.alarms).toEqual(['Objects that the policy protects went with their namespace']);
  });

  test('by a deletion that was asked for and agreed to is told to nobody', async () => {
    const names = { ...everything, kinds: ['change'], profiles: ['namespaces'], namespaces: ['shop'] };
    const world = createGuardWorld({ rules: [rule({ match: names, permanent: true }), rule({ permanent: true })] });
    const target = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };
    world.cluster.put({ ...target, metadata: { name: 'shop' } });
    await world.look();
    await world.approve(await world.hold({ deletes: target }));
    world.cluster.removeNamespace('shop');
    world.cluster.discard(target);
    await twice(world);
    expect(world.alarms).toEqual([]);
  });
});

test('Secrets are not looked at, and nothing of them is written down', async () => {
  const world = await watchedWorld({ protect: [heldInShop({ resources: ['secrets', 'configmaps'] })] });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tls', namespace: 'shop' } };
  world.cluster.put({ ...secret, data: { key: 'aHVudGVyMg==' } });
  await twice(world);
  await twice(world);
  expect(await world.requests()).toEqual({});
  const place = { cluster: world.cluster.name, namespace: 'shop', profile: 'secrets' };
  expect((await world.agreed.all(place)).size).toBe(0);
});

describe('a grant', () => {
  const granted = async () => {
    const world = createGuardWorld();
    world.cluster.put(shopIngress());
    await world.look();
    const chain = await world.approve(await file(world));
    await world.steps();
    return { world, id: chain.request.asked.id };
  };
  const labelled = (team: string): Manifest => ({
    ...shopIngress(),
    metadata: { ...shopIngress().metadata, labels: { team } },
  });
  const past = (world: GuardWorld, team: string): void => world.cluster.edit(ingressTarget, () => labelled(team));

  test('that was used explains what it was used for, and nothing that was done past the guard after that', async () => {
    const { world, id } = await granted();
    world.advance({ seconds: 1 });
    await world.write({ object: labelled('beta') });
    world.advance({ seconds: 1 });
    await twice(world);
    expect(await world.requests()).toEqual({ [id]: 'active' });
    world.advance({ minutes: 1 });
    past(world, 'gamma');
    await twice(world);
    expect((await only(world)).request.asked.drift?.what).toBe('changed');
  });

  test('that was never used explains nothing', async () => {
    const { world } = await granted();
    past(world, 'gamma');
    await twice(world);
    expect((await only(world)).request.asked.drift?.what).toBe('changed');
  });
});

test('what was agreed to once is no leave for the same later', async () => {
  const world = await watchedWorld();
  const [open, closed] = [gate({ auth: 'off', limit: '10' }), gate({ auth: 'on', limit: '10' })];
  for (const object of [open, closed]) {
    await world.approve(await world.hold({ object }));
    await world.write({ object });
    await world.steps();
    await twice(world);
    world.advance({ minutes: 1 });
  }
  pastTheGuard(world, { auth: 'off', limit: '10' });
  await twice(world);
  expect((await only(world)).request.asked.drift?.what).toBe('changed');
});

describe('whoever writes into Redis', () => {
  const place = (world: GuardWorld) => ({ cluster: world.cluster.name, namespace: 'shop', profile: 'configmaps' });

  test('cannot say that something was agreed to: what no worker has signed for that very object is nothing', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    const live = (await world.cluster.get(gateTarget))?.live;
    if (live === undefined) throw new Error('There is no gate');
    const said = agreedTo(live, world.now(), world.bot.trust.digest);
    const forged = [
      writeFact(place(world), 'gate', said, world.signer('guard')),
      writeFact(place(world), 'other', said, world.signer('worker')),
      writeFact({ ...place(world), namespace: 'pay' }, 'gate', said, world.signer('worker')),
      JSON.stringify({ fact: said, key: 'x', signature: 'y' }),
      '{',
      '',
    ];
    for (const line of forged) {
      await world.agreed.put(place(world), { [factKey({ type: 'agreed' }, 'gate')]: line });
      await twice(world);
      expect((await only(world)).request.asked.drift?.what).toBe('created');
    }
  });

  test('files nothing: what they leave is dropped, with an alarm', async () => {
    const world = await watchedWorld();
    for (const author of ['guard', 'bot'] as const) {
      const entry = { type: 'drift-over', id: 'k7m2-qx' as RequestId, why: 'x' } as const;
      world.held.leave(writeEntry(entry, world.signer(author)));
    }
    await world.takeIn();
    expect(world.alarms).toHaveLength(2);
    expect(await world.requests()).toEqual({});
  });

  test('who empties it makes everything be looked at for the first time, and nothing else', async () => {
    const world = await watchedWorld();
    world.agreed.empty();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    expect(await world.requests()).toEqual({});
    pastTheGuard(world, { auth: 'off', limit: '11' });
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });
});

describe('a request of what was found', () => {
  test('is decided on by the rule for such changes, whether or not it lets anybody have them at once or for good', async () => {
    const rules = [rule({ permanent: false, auto: true, reason: undefined })];
    const world = await watchedWorld({ rules });
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    const chain = await only(world);
    expect(chain.request.asked.approval).not.toHaveProperty('auto');
    await world.approve(chain);
    await world.steps();
    expect(await liveData(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('is nobody’s own: whoever may decide does, and whoever may not does not', async () => {
    const world = await watchedWorld();
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    const chain = await only(world);
    await expect(world.approve(chain, alice)).rejects.toThrow('not-entitled');
    expect((await world.approve(chain, bob)).request.state.status).toBe('approved');
  });

  test('that no rule decides on is told to administrators instead', async () => {
    const world = await watchedWorld({
      rules: [rule({ permanent: true, match: { ...everything, sources: ['slack'] } })],
    });
    pastTheGuard(world, { auth: 'off', limit: '10' });
    await twice(world);
    expect(await world.requests()).toEqual({});
    expect(world.alarms.join()).toContain('no card can be made of it');
    await twice(world);
    expect(world.alarms).toHaveLength(1);
    world.advance({ hours: 25 });
    await twice(world);
    expect(world.alarms).toHaveLength(2);
  });

  test('of what Hallpass cannot write may be accepted, and not put back', async () => {
    const world = await watchedWorld({ protect: [heldInShop({ resources: ['roles'] })] });
    const role: Manifest = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'all', namespace: 'shop' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    };
    world.cluster.put(role);
    await twice(world);
    const chain = await only(world);
    expect(chain.request.asked.drift).toMatchObject({ byAuthor: true, risk: 'critical' });
    await expect(world.approve(chain)).rejects.toThrow('not-to-be-applied');
    await world.deny(chain);
    await twice(world);
    expect(Object.values(await world.requests())).toEqual(['denied']);
  });
});

test('more than there is room for is told once', async () => {
  const world = await watchedWorld();
  for (let nth = 0; nth < 215; nth += 1) world.cluster.put(named(`door-${nth}`));
  await world.look();
  for (let round = 0; round < 20; round += 1) await world.look();
  expect(Object.values(await world.requests()).filter((status) => status === 'pending')).toHaveLength(200);
  expect(new Set(world.alarms).size).toBe(1);
  expect(world.alarms[0]).toContain('than there is room for cards');
});

test('a cluster that is away is thrown, with nothing left that nobody waits for: that would end the worker', async () => {
  const world = await watchedWorld();
  const away = new Error('connect ECONNREFUSED');
  const cluster = { ...world.guarded, namespace: () => Promise.reject(away) };
  // The cluster says no before the clock has told the time.
  const clock: typeof world.worker.clock = {
    now: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return world.worker.clock.now();
    },
  };
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  try {
    await expect(createDriftWatch({ ...world.worker, clock }, cluster)()).rejects.toMatchObject({ cause: away });
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  expect(unhandled).not.toHaveBeenCalled();
});
