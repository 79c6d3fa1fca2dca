import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { sealOf } from '#domain/seal.ts';
import { changeOver } from '#test/build/changes.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { later } from '#test/build/requests.ts';
import { addBeta, ingressTarget, pathTo, ruleFor, shopIngress } from '#test/build/shop-ingress.ts';
import { asking, createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant, settleConflict } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { createFollower } from './follow-lapsed.ts';
import { openWhole } from './open-whole.ts';
import { checkAllPending } from './revise-request.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { submitRequest } from './submit-request.ts';
import { createClusterSweep } from './sweep.ts';
import { createJournalSweep } from './sweep-journals.ts';

const change = { kind: 'change', ask: addBeta, duration: '10m' } as const;

const worldWith = (...objects: readonly Manifest[]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const object of objects) world.cluster.put(object);
  return world;
};
const asked = (world: World, changed: Partial<Asking> = {}) => file(world, { ...change, ...changed });
const approve = async (world: World, chain: Chain, revision = 1): Promise<Chain> => {
  const result = await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision });
  if (!result.ok) throw new Error(`It was not approved: ${JSON.stringify(result.error.type)}`);
  return result.value;
};
/** The shop's Ingress is changed for ten minutes, and it is so now. */
const inForce = async (changed: Partial<Asking> = {}, ...objects: readonly Manifest[]) => {
  const world = worldWith(...(objects.length === 0 ? [shopIngress()] : objects));
  const chain = await asked(world, changed);
  await approve(world, chain);
  await settle(world);
  return { world, chain };
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const live = async ({ cluster }: World, target: Parameters<World['cluster']['get']>[0] = ingressTarget) =>
  (await cluster.get(target))?.live;
const specOf = async (world: World) => (await live(world))?.spec;
const pathsOf = async (world: World): Promise<unknown> => {
  const text = JSON.stringify(await specOf(world));
  return [...text.matchAll(/"path":"([^"]+)"/g)].map(([, path]) => path);
};
const owned = async ({ cluster }: World, target: Parameters<World['cluster']['get']>[0] = ingressTarget) =>
  JSON.stringify((await cluster.get(target))?.live.metadata);
const journalsIn = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind === 'Secret');
const expire = async (world: World): Promise<void> => {
  world.advance({ minutes: 10 });
  await settle(world);
};
const sweepJournals = (world: World) => createJournalSweep(world.worker, createStepRunner(world.worker));

describe('a temporary change', () => {
  test('is applied exactly, leaves everything else as it was, and is taken back exactly', async () => {
    const { world, chain } = await inForce();
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'active',
      expiresAt: later(10),
      changed: [{ op: 'update', kind: 'Ingress', name: 'web' }],
    });
    expect(await pathsOf(world)).toEqual(['/', '/beta', '/pay']);
    expect(await live(world)).toMatchObject({
      status: shopIngress().status,
      spec: { fromTheFuture: { 'odd/key': [{}, null] } },
    });
    expect(journalsIn(world)).toHaveLength(1);
    await expire(world);
    expect(await specOf(world)).toEqual(shopIngress().spec);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'restored' }] });
    expect(journalsIn(world)).toEqual([]);
  });

  test('gives the fields that it took back to those who owned them', async () => {
    const { world } = await inForce();
    const before = await owned(worldWith(shopIngress()));
    expect(await owned(world)).toContain('hallpass-');
    await expire(world);
    expect(await owned(world)).not.toContain('hallpass-');
    expect(JSON.parse(before).managedFields).toMatchObject([{ manager: 'kubectl' }]);
  });

  test('is taken back though a status, a label and another host’s rule came in between, which stay', async () => {
    const { world, chain } = await inForce();
    world.cluster.edit(ingressTarget, (before) => ({
      ...before,
      metadata: { ...before.metadata, labels: { ...before.metadata.labels, added: 'later' } },
      spec: {
        ...(before.spec as Record<string, Json>),
        rules: [...rulesOf(before), ruleFor('new.acme.test', pathTo('/', 'web'))],
      },
      status: { loadBalancer: { ingress: [] } },
    }));
    await expire(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'restored' }] });
    expect(await live(world)).toMatchObject({ metadata: { labels: { added: 'later' } } });
    expect(rulesOf((await live(world)) ?? shopIngress())).toEqual([
      ...rulesOf(shopIngress()),
      ruleFor('new.acme.test', pathTo('/', 'web')),
    ]);
  });

  test('is given back early by who asked for it', async () => {
    const { world, chain } = await inForce();
    expect((await finishGrant(world.bot, { by: alice, id: chain.request.asked.id })).ok).toBe(true);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'done' });
    expect(await specOf(world)).toEqual(shopIngress().spec);
  });

  test('of an object that is created ends with its deletion, and only of that very object', async () => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data: { beta: 'on' } };
    const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' };
    const { world, chain } = await inForce({ ask: { edits: [{ do: 'manifest', manifest }] } });
    expect(await live(world, target)).toMatchObject({ data: { beta: 'on' } });
    await expire(world);
    expect(await live(world, target)).toBeUndefined();
    expect(await stateOf(world, chain)).toMatchObject({ reverted: [{ how: 'removed' }] });

    const again = await inForce({ ask: { edits: [{ do: 'manifest', manifest }] } });
    const theirs = again.world.cluster.put({ ...manifest, metadata: { name: 'flags', namespace: 'shop' } });
    await expire(again.world);
    expect(await again.world.cluster.get(target)).toMatchObject({ ref: theirs });
    expect(await stateOf(again.world, again.chain)).toMatchObject({ reverted: [{ how: 'gone' }] });
  });

  test('of an object that is deleted ends with it being there again', async () => {
    const ask = { edits: [{ do: 'delete', resource: 'ingresses', name: 'web' }] };
    const { world, chain } = await inForce({ ask });
    expect(await live(world)).toBeUndefined();
    await expire(world);
    expect(await specOf(world)).toEqual(shopIngress().spec);
    expect(await stateOf(world, chain)).toMatchObject({ reverted: [{ how: 'created' }] });
  });

  test('of several objects is taken back in the reverse order', async () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data: { beta: 'on' } };
    const { edits } = addBeta as { readonly edits: readonly Json[] };
    const ask = { edits: [{ do: 'manifest', manifest: config }, ...edits] };
    const { world, chain } = await inForce({ ask });
    await expire(world);
    expect(await stateOf(world, chain)).toMatchObject({ reverted: [{ how: 'restored' }, { how: 'removed' }] });
  });
});

const rulesOf = ({ spec }: Manifest): readonly Json[] => (spec as { readonly rules: readonly Json[] }).rules;

describe('a change for good', () => {
  test('is done once and never taken back, with nothing left behind', async () => {
    const { world, chain } = await inForce({ duration: 'good' });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'completed', changed: [{ name: 'web' }] });
    expect(journalsIn(world)).toEqual([]);
    world.advance({ hours: 48 });
    await settle(world);
    await sweepJournals(world)(world.cluster, true);
    expect(await pathsOf(world)).toEqual(['/', '/beta', '/pay']);
  });

  test('is refused where the rule allows changes for a time only', async () => {
    const world = worldWith(shopIngress());
    world.settings.policy = policy();
    const refused = await submitRequest(world.bot, asking({ ...change, duration: 'good' }));
    expect(refused).toMatchObject({ ok: false, error: { type: 'unclear', field: 'duration' } });
  });
});

describe('what is approved is what was shown', () => {
  test('an object that moved before the click makes a new revision instead, and only votes for that count', async () => {
    const world = worldWith(shopIngress());
    const chain = await asked(world);
    world.cluster.edit(ingressTarget, (before) => ({
      ...before,
      spec: { ...(before.spec as object), rules: [ruleFor('shop.acme.test', pathTo('/beta', 'alpha'))] },
    }));
    // Now there is another backend at the path, so the same ask is refused as things are: nothing is recorded.
    const { id } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({
      error: { type: 'impossible' },
    });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'pending', votes: [] });
  });

  test('a drift that changes the difference is a new revision with no votes', async () => {
    const world = worldWith(shopIngress());
    world.settings.policy = policy({ rules: [rule({ approve: [{ from: 'platform', count: 2 }] })] });
    const ask = {
      edits: [{ do: 'patch', resource: 'ingresses', name: 'web', patch: { spec: { ingressClassName: 'other' } } }],
    };
    const chain = await asked(world, { ask });
    await approve(world, chain);
    world.cluster.edit(ingressTarget, (before) => ({
      ...before,
      spec: { ...(before.spec as object), ingressClassName: 'third' },
    }));
    const { id } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: carol, id, revision: 1 })).toMatchObject({
      error: { type: 'stale-revision', current: 2 },
    });
    expect(await look(world, chain)).toMatchObject({ request: { asked: { revision: 2 }, state: { votes: [] } } });
    expect(await approveRequest(world.bot, { by: carol, id, revision: 1 })).toMatchObject({
      error: { type: 'stale-revision' },
    });
  });

  test('a drift that changes nothing of it disturbs nobody: a status, a label, another host', async () => {
    const world = worldWith(shopIngress());
    const chain = await asked(world);
    world.cluster.edit(ingressTarget, (before) => ({
      ...before,
      metadata: { ...before.metadata, labels: { other: 'label' } },
      spec: {
        ...(before.spec as object),
        rules: [ruleFor('first.acme.test', pathTo('/', 'web')), ...rulesOf(before)],
      },
      status: {},
    }));
    await checkAllPending(world.bot);
    expect((await look(world, chain)).request.asked.revision).toBe(1);
    await approve(world, chain);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active' });
    await expire(world);
    expect(rulesOf((await live(world)) ?? shopIngress())).toEqual([
      ruleFor('first.acme.test', pathTo('/', 'web')),
      ...rulesOf(shopIngress()),
    ]);
  });

  test('an object that moved after the approval lapses the request, and a linked one asks anew, once', async () => {
    const world = worldWith(shopIngress());
    const ask = {
      edits: [{ do: 'patch', resource: 'ingresses', name: 'web', patch: { spec: { ingressClassName: 'other' } } }],
    };
    const chain = await asked(world, { ask });
    await approve(world, chain);
    world.cluster.edit(ingressTarget, (before) => ({
      ...before,
      spec: { ...(before.spec as object), ingressClassName: 'third' },
    }));
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed', moved: true });
    expect(await specOf(world)).toMatchObject({ ingressClassName: 'third' });
    await Promise.all([createFollower(world.bot)(), createFollower(world.bot)()]);
    await createFollower(world.bot)();
    const state = await stateOf(world, chain);
    const pending = await world.store.inStatus('pending', 10);
    expect(pending).toHaveLength(1);
    expect(state).toMatchObject({ followedBy: pending[0] });
  });

  test('is asked for anew also where that was refused in the first seconds, when the lapsed one may still be in its way', async () => {
    const lapsed = async () => {
      const world = worldWith(shopIngress());
      const chain = await asked(world, {
        ask: {
          edits: [{ do: 'patch', resource: 'ingresses', name: 'web', patch: { spec: { ingressClassName: 'a' } } }],
        },
      });
      await approve(world, chain);
      world.cluster.edit(ingressTarget, (before) => ({
        ...before,
        spec: { ...(before.spec as object), ingressClassName: 'third' },
      }));
      await settle(world);
      return { world, chain, follow: createFollower(world.bot), usual: world.settings.policy };
    };
    const freeze = rule({ name: 'freeze', refuse: 'an incident', approve: [] });

    const { world, chain, follow, usual } = await lapsed();
    world.settings.policy = policy({ rules: [freeze, rule()], hash: 'another' });
    await follow();
    world.settings.policy = usual;
    world.advance({ seconds: 5 });
    await follow();
    expect(await stateOf(world, chain)).toHaveProperty('followedBy');

    const slow = await lapsed();
    slow.world.advance({ seconds: 11 });
    slow.world.settings.policy = policy({ rules: [freeze, rule()], hash: 'another' });
    await slow.follow();
    slow.world.settings.policy = slow.usual;
    await slow.follow();
    expect(await stateOf(slow.world, slow.chain)).not.toHaveProperty('followedBy');
  });

  test('a change that does not fit on the card is approved only by who has opened it', async () => {
    const data = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key-${index}`, `value ${index}`]));
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data };
    const world = worldWith();
    const chain = await asked(world, { ask: { edits: [{ do: 'manifest', manifest }] } });
    const { id } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({
      error: { type: 'not-seen' },
    });
    expect(await openWhole(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ shown: { type: 'shown' } });
    expect(await approveRequest(world.bot, { by: carol, id, revision: 1 })).toMatchObject({
      error: { type: 'not-seen' },
    });
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ ok: true });
  });

  test('what was altered in the store is not shown, and opening it counts as no look', async () => {
    const world = worldWith(shopIngress());
    const chain = await asked(world);
    world.contents.tamper((text) => text.replace('beta', 'harmless'));
    const { id } = chain.request.asked;
    expect(await openWhole(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ shown: { type: 'unreadable' } });
  });

  test('the seal covers the object’s uid: one that was deleted and made anew is not what was approved', async () => {
    const world = worldWith(shopIngress());
    const chain = await asked(world);
    await approve(world, chain);
    world.cluster.put(shopIngress());
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed', moved: true });
    expect(await specOf(world)).toEqual(shopIngress().spec);
  });
});

describe('a foreign edit of the same place', () => {
  const conflicting = async () => {
    const { world, chain } = await inForce();
    world.cluster.edit(
      ingressTarget,
      (before) => JSON.parse(JSON.stringify(before).replace('"beta"', '"gamma"')) as Manifest,
      'argocd',
    );
    await expire(world);
    return { world, chain, id: chain.request.asked.id };
  };

  test('is never overwritten silently: the change stays active and a person is asked, with what and by whom', async () => {
    const { world, chain } = await conflicting();
    const state = await stateOf(world, chain);
    expect(state).toMatchObject({
      status: 'active',
      conflict: { conflicts: [{ by: [expect.stringContaining('argocd')] }] },
    });
    expect(JSON.stringify(state)).toContain('gamma');
    expect(JSON.stringify(await specOf(world))).toContain('gamma');
    world.advance({ hours: 2 });
    await settle(world);
    await sweepJournals(world)(world.cluster, true);
    await createClusterSweep(world.worker)(world.cluster, true);
    expect(JSON.stringify(await specOf(world))).toContain('gamma');
  });

  test('is kept when an approver says so', async () => {
    const { world, chain, id } = await conflicting();
    const settled = await settleConflict(world.bot, { by: bob, id, choice: 'keep', reason: 'theirs' });
    expect(settled.ok).toBe(true);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'kept' }] });
    expect(JSON.stringify(await specOf(world))).toContain('gamma');
    expect(journalsIn(world)).toEqual([]);
  });

  test('is replaced by the earlier state when an approver says so, and not by the requester', async () => {
    const { world, chain, id } = await conflicting();
    expect(await settleConflict(world.bot, { by: alice, id, choice: 'restore', reason: '' })).toMatchObject({
      ok: false,
    });
    expect((await settleConflict(world.bot, { by: bob, id, choice: 'restore', reason: 'ours' })).ok).toBe(true);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'restored' }] });
    expect(await specOf(world)).toEqual(shopIngress().spec);
  });

  test('cannot be settled in a way that the policy does not allow', async () => {
    const world = worldWith(shopIngress());
    world.settings.policy = policy({ rules: [rule({ settle: ['keep'] })] });
    const chain = await asked(world);
    await approve(world, chain);
    await settle(world);
    world.cluster.edit(
      ingressTarget,
      (before) => JSON.parse(JSON.stringify(before).replace('"beta"', '"gamma"')) as Manifest,
    );
    await expire(world);
    const { id } = chain.request.asked;
    expect(await settleConflict(world.bot, { by: bob, id, choice: 'restore', reason: '' })).toMatchObject({
      error: { type: 'choice-not-allowed', choices: ['keep'] },
    });
  });
});

describe('when the log is lost while a change is in force', () => {
  test('it is taken back on time by its journal, and the journal goes', async () => {
    const { world, chain } = await inForce();
    world.store.tamper(chain.request.asked.id, () => []);
    world.advance({ minutes: 9 });
    await sweepJournals(world)(world.cluster, true);
    expect(await pathsOf(world)).toContain('/beta');
    world.advance({ minutes: 1, seconds: 4 });
    await sweepJournals(world)(world.cluster, false);
    expect(await specOf(world)).toEqual(shopIngress().spec);
    expect(journalsIn(world)).toEqual([]);
  });

  test('a journal that was edited, or copied to another place, takes nothing back', async () => {
    const { world, chain } = await inForce();
    const [journal] = journalsIn(world);
    if (journal === undefined) throw new Error('There is no journal');
    world.cluster.edit(journal.ref, (before) => ({ ...before, data: { journal: 'AAAA' } }));
    world.store.tamper(chain.request.asked.id, () => []);
    world.advance({ minutes: 11 });
    await sweepJournals(world)(world.cluster, true);
    expect(await pathsOf(world)).toContain('/beta');
    expect(world.alarms).toContain('A journal cannot be opened; what it would take back stays as it is');
  });

  test('a log that was cut back to its approval applies nothing a second time', async () => {
    const { world, chain } = await inForce();
    await expire(world);
    world.store.tamper(chain.request.asked.id, (lines) => lines.slice(0, 3));
    await settle(world);
    await settle(world);
    expect(await specOf(world)).toEqual(shopIngress().spec);
  });

  test('a change for good is not done a second time from a log that was cut', async () => {
    const { world, chain } = await inForce({ duration: 'good' });
    world.cluster.edit(ingressTarget, () => shopIngress());
    world.store.tamper(chain.request.asked.id, (lines) => lines.slice(0, 3));
    world.advance({ minutes: 1 });
    await runStep(world.worker, chain.request.asked.id);
    expect(await specOf(world)).toEqual(shopIngress().spec);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
  });
});

/** Runs the step with a worker that is cut off at its n-th call; says whether it came to so many. */
const cutOff = async (world: World, chain: Chain, nth: number, when: 'before' | 'after'): Promise<boolean> => {
  world.jobs.lose();
  const cut = cutOffAt(world, nth, when);
  await runStep(cut.worker, chain.request.asked.id).catch(() => {});
  return cut.failed();
};
const most = 40;

describe.each(['before', 'after'] as const)('a worker that is cut off %s any of its calls', (when) => {
  test.each(['10m', 'good'])('while it applies a change (%s) leaves what the next finishes, once', async (duration) => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data: { beta: 'on' } };
    const { edits } = addBeta as { readonly edits: readonly Json[] };
    let cuts = 0;
    for (let nth = 1; nth <= most; nth += 1) {
      const world = worldWith(shopIngress());
      const chain = await asked(world, { ask: { edits: [{ do: 'manifest', manifest: config }, ...edits] }, duration });
      await approve(world, chain);
      if (!(await cutOff(world, chain, nth, when))) break;
      cuts += 1;
      world.advance({ seconds: 30 });
      await settle(world);
      const { status } = await stateOf(world, chain);
      expect(status, `call ${nth}`).toBe(duration === 'good' ? 'completed' : 'active');
      expect(await pathsOf(world), `call ${nth}`).toEqual(['/', '/beta', '/pay']);
      world.advance({ minutes: 11 });
      await settle(world);
      await sweepJournals(world)(world.cluster, true);
      expect(journalsIn(world), `call ${nth}`).toEqual([]);
      if (duration === 'good') continue;
      expect(await specOf(world), `call ${nth}`).toEqual(shopIngress().spec);
      expect((await stateOf(world, chain)).status, `call ${nth}`).toBe('revoked');
    }
    expect(cuts).toBeGreaterThan(10);
  });

  test('while it takes a change back leaves what the next finishes', async () => {
    let cuts = 0;
    for (let nth = 1; nth <= most; nth += 1) {
      const { world, chain } = await inForce();
      world.advance({ minutes: 10 });
      if (!(await cutOff(world, chain, nth, when))) break;
      cuts += 1;
      world.advance({ seconds: 30 });
      await settle(world);
      await sweepJournals(world)(world.cluster, true);
      expect((await stateOf(world, chain)).status, `call ${nth}`).toBe('revoked');
      expect(await specOf(world), `call ${nth}`).toEqual(shopIngress().spec);
      expect(await owned(world), `call ${nth}`).not.toContain('hallpass-');
      expect(journalsIn(world), `call ${nth}`).toEqual([]);
    }
    expect(cuts).toBeGreaterThan(5);
  });
});

test('a request for nothing new, for what is not there, or for what the server refuses is not filed, and says why', async () => {
  const world = worldWith(shopIngress([ruleFor('shop.acme.test', pathTo('/beta', 'beta'))]));
  for (const ask of [addBeta, { edits: [{ do: 'delete', resource: 'ingresses', name: 'none' }] }])
    expect(await submitRequest(world.bot, asking({ ...change, ask }))).toMatchObject({
      ok: false,
      error: { type: 'unclear', field: 'ask' },
    });
  expect(await world.store.inStatus('pending', 10)).toEqual([]);
});

test('while no worker answers nothing is filed and nothing is approved', async () => {
  const world = worldWith(shopIngress());
  const chain = await asked(world);
  const away = { ...world.bot, draft: () => Promise.reject(new Error('nobody answered')) };
  expect(await submitRequest(away, asking({ ...change, origin: 'form 2' }))).toMatchObject({
    error: { type: 'not-tried' },
  });
  const { id } = chain.request.asked;
  expect(await approveRequest(away, { by: bob, id, revision: 1 })).toMatchObject({ error: { type: 'not-tried' } });
  expect(await stateOf(world, chain)).toMatchObject({ status: 'pending', votes: [] });
});

test('seals of access requests are what they were before there were changes', () => {
  const sealed = {
    request: 'k7m2-qx',
    revision: 1,
    kind: 'access',
    cluster: 'prod',
    namespace: 'shop',
    namespaceUid: 'uid',
    requester: alice,
    subject: alice,
    identity: { user: 'alice', groups: [] },
    seconds: 60,
    plan: { create: [], probes: [], proofs: [] },
  } as never;
  expect(sealOf(sealed, (text) => text)).toBe(
    '{"cluster":"prod","identity":{"groups":[],"user":"alice"},"kind":"access","namespace":"shop","namespaceUid":"uid","plan":{"create":[],"probes":[],"proofs":[]},"request":"k7m2-qx","requester":"UALICE","revision":1,"seconds":60,"subject":"UALICE"}',
  );
});
