import { describe, expect, test } from 'vitest';
import { type GuardEntry, writeEntry } from '#domain/guard/entry.ts';
import { requestIdFrom } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { createGuardWorld, type GuardWorld, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { alice, bob, carol, dave } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';
import { ingressTarget, pathTo, ruleFor, shopIngress } from '#test/build/shop-ingress.ts';
import { file, look } from '#test/build/world.ts';
import type { Asking } from '#use-cases/asking.ts';
import { finishGrant, revokeGrant } from './act-on-request.ts';
import { reviewWrite } from './review-write.ts';

/** Another team's, which is no danger to anybody. */
const other = (team = 'beta'): Manifest => ({
  ...shopIngress(),
  metadata: { ...shopIngress().metadata, labels: { team } },
});
const named = (name: string, object = other()): Manifest => ({ ...object, metadata: { ...object.metadata, name } });
/** Of the shop's controller, with what CVE-2021-25742 is about. */
const snippet = (object = other()): Manifest =>
  noted(object, { 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' });

/** Alice edits Ingresses in `shop` for half an hour. */
const grantWorld = async (changed: Partial<Asking> = {}) => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  const chain = await world.approve(await file(world, changed));
  await world.steps();
  const { id } = chain.request.asked;
  return {
    world,
    id,
    state: async () => (await look(world, chain)).request.state,
    uses: async () => (await look(world, chain)).entries.flatMap(({ event }) => (event.type === 'used' ? [event] : [])),
  };
};
const isHeld = async (world: GuardWorld, writing: Parameters<GuardWorld['write']>[0]): Promise<string> => {
  const answer = await world.write(writing);
  expect(answer).toMatchObject({ allowed: false, code: 403 });
  return answer.allowed ? '' : answer.message;
};

describe('a grant in force', () => {
  test('covers the writes of whose it is, which are noted in its thread and held by nobody', async () => {
    const { world, id, uses } = await grantWorld();
    const admitted = { allowed: true, warnings: [`Hallpass: let through by your access, request ${id}`] };
    expect(await world.write({ object: other() })).toEqual(admitted);
    expect(await world.write({ object: named('second') })).toEqual(admitted);
    expect(await world.write({ deletes: { ...ingressTarget, name: 'second' } })).toEqual(admitted);
    await world.takeIn();
    const second = { target: { ...ingressTarget, name: 'second' }, risk: 'none' };
    const from = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(await uses()).toEqual([
      { type: 'used', operation: 'update', target: ingressTarget, risk: 'none', from, to: from },
      { type: 'used', operation: 'create', ...second, from: 'none', to: from },
      { type: 'used', operation: 'delete', ...second, from, to: 'none' },
    ]);
    expect(await world.requests()).toEqual({ [id]: 'active' });
  });

  test('covers by a dry run too, which is noted nowhere', async () => {
    const { world } = await grantWorld();
    expect(await world.write({ object: other(), dryRun: true })).toMatchObject({
      allowed: true,
      warnings: [expect.stringContaining('let through by your access')],
    });
    expect(world.held.waiting()).toEqual([]);
  });

  test('covers nobody else’s writes', async () => {
    const { world } = await grantWorld();
    for (const user of [userOf('dave'), userOf('bob'), 'system:serviceaccount:shop:default', userOf('Alice')])
      await isHeld(world, { object: other(), user });
  });

  test('covers no other sort, no other namespace and no other cluster', async () => {
    const { world, id } = await grantWorld();
    const { protect } = world.settings.policy;
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ namespaces: ['*'] })] };
    const elsewhere = { ...other(), metadata: { name: 'web', namespace: 'bank' } };
    await isHeld(world, { object: elsewhere });
    world.settings.policy = { ...world.settings.policy, protect };
    const gate = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' };
    await isHeld(world, { deletes: gate });
    expect(id).toBeDefined();
  });

  test('of named objects covers these alone', async () => {
    const { world } = await grantWorld({ ask: { profile: 'ingress-edit', objects: ['web'] } });
    expect(await world.write({ object: other() })).toMatchObject({ allowed: true });
    await isHeld(world, { object: named('second') });
    world.cluster.put(named('third'));
    await isHeld(world, { object: named('third', other('gamma')) });
  });

  test('is found however much else was asked for since, and without it nobody is asked for the time', async () => {
    const { world } = await grantWorld();
    const later = { status: 'denied', toReview: false, people: [alice] } as const;
    for (let nth = 0; nth < 40; nth += 1) {
      world.advance({ seconds: 1 });
      const submittedAt = await world.bot.clock.now();
      await world.store.append(requestIdFrom(world.guard.random(6)), 0, ['a line'], { ...later, submittedAt });
    }
    expect(await world.write({ object: other() })).toMatchObject({ allowed: true });

    const none = createGuardWorld();
    none.cluster.put(shopIngress());
    const guard = { ...none.guard, cluster: { ...none.guard.cluster, time: () => expect.fail('asked for the time') } };
    expect(await reviewWrite(guard, await none.ask({ object: other() }))).toMatchObject({ allowed: false, code: 403 });
    expect(none.alarms).toEqual([]);
  });

  test('to look covers no write', async () => {
    const { world } = await grantWorld({ ask: { profile: 'ingress-view', objects: [] } });
    await isHeld(world, { object: other() });
    await isHeld(world, { deletes: ingressTarget });
  });

  test('covers the verbs that it gives', async () => {
    const patching = {
      name: 'ingress-patch',
      title: 'Patch Ingresses',
      bindings: [
        {
          in: 'requested',
          rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'patch'] }],
        },
      ],
    };
    const world = createGuardWorld();
    world.cluster.put(shopIngress());
    world.settings.kinds = [
      accessOver([...profiles, patching]),
      ...world.settings.kinds.filter(({ name }) => name !== 'access'),
    ];
    await world.approve(await file(world, { ask: { profile: 'ingress-patch', objects: [] } }));
    await world.steps();
    expect(await world.write({ object: other() })).toMatchObject({ allowed: true });
    await isHeld(world, { object: named('second') });
    await isHeld(world, { deletes: ingressTarget });
  });

  test('covers nothing before it begins, when its time is over, or once it is ended or being ended', async () => {
    const waiting = createGuardWorld();
    waiting.cluster.put(shopIngress());
    const asked = await file(waiting);
    await isHeld(waiting, { object: other() });
    await waiting.approve(asked);
    await isHeld(waiting, { object: other() });

    const late = await grantWorld();
    late.world.advance({ minutes: 30 });
    expect(await late.state()).toMatchObject({ status: 'active' });
    await isHeld(late.world, { object: other() });

    for (const end of [finishGrant, revokeGrant] as const) {
      const { world, id } = await grantWorld();
      const by = end === finishGrant ? alice : bob;
      expect((await end(world.bot, { by, id, reason: 'enough' })).ok).toBe(true);
      await isHeld(world, { object: other() });
      await world.steps();
      await isHeld(world, { object: other('gamma') });
    }
  });

  test('covers nothing when whose it is became another user, or their user another’s too', async () => {
    const { world } = await grantWorld();
    const { identities } = world.settings;
    const groups = ['dev'];
    world.settings.identities = [{ person: alice, kubernetes: { user: userOf('alice2'), groups } }];
    await isHeld(world, { object: other(), user: userOf('alice2') });
    world.settings.identities = [...identities, { person: carol, kubernetes: { user: userOf('Alice'), groups } }];
    await isHeld(world, { object: other() });
    world.settings.identities = identities;
    expect(await world.write({ object: other() })).toMatchObject({ allowed: true });
  });

  test('for somebody else covers theirs, and not those of whoever asked', async () => {
    const { world } = await grantWorld({ by: dave, subject: alice });
    expect(await world.write({ object: other(), fails: true })).toMatchObject({ allowed: true });
    await isHeld(world, { object: other(), user: userOf('dave') });
  });

  test('covers nothing that is worse than what its card showed, and says so', async () => {
    const { world, id } = await grantWorld();
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ revokeAt: 'never' })] };
    const message = await isHeld(world, { object: snippet() });
    expect(message).toContain(`Your access by request ${id} does not cover it: this is CRITICAL`);
    expect(message).toContain('It is request');
    const elsewhere = shopIngress([ruleFor('shop.acme.test', pathTo('/', 'beta'))]);
    expect(await isHeld(world, { object: elsewhere })).toContain('this is HIGH');
    await world.takeIn();
    expect(Object.values(await world.requests()).sort()).toEqual(['active', 'pending', 'pending']);
    // What was dangerous before is no worse by another change.
    world.cluster.put(snippet(shopIngress()));
    expect(await world.write({ object: snippet() })).toMatchObject({ allowed: true });
    // Said on each attempt, and by dry runs as what would be.
    world.cluster.put(shopIngress());
    expect(await world.write({ object: snippet(), dryRun: true })).toMatchObject({ allowed: true });
    expect(await isHeld(world, { object: snippet() })).toMatch(/does not cover it.*\n.*waits for platform/s);
  });

  test('whose log is broken or forged covers nothing', async () => {
    const { world, id } = await grantWorld();
    const lines = await world.store.read(id);
    world.store.tamper(id, () => lines.map((line) => line.replace('"expiresAt":"2026', '"expiresAt":"2036')));
    await isHeld(world, { object: other() });
    world.store.tamper(id, () => lines.slice(0, -1));
    await isHeld(world, { object: other() });
    world.store.tamper(id, () => lines);
    expect(await world.write({ object: other() })).toMatchObject({ allowed: true });
  });

  test('that gives other rights by now covers nothing', async () => {
    const { world } = await grantWorld();
    const wider = profiles.map((one) =>
      one.name === 'ingress-edit' ? { ...one, bindings: [one.bindings[0], ...profiles[3].bindings] } : one,
    );
    world.settings.kinds = [accessOver(wider), ...world.settings.kinds.filter(({ name }) => name !== 'access')];
    await isHeld(world, { object: other() });
  });
});

describe('the use of a grant', () => {
  test('is noted a hundred times at most', async () => {
    const { world, id, uses } = await grantWorld();
    const used: GuardEntry = { type: 'used', id, operation: 'update', target: ingressTarget, risk: 'none' };
    const leave = (): void => world.held.leave(writeEntry(used, world.signer('guard')));
    // Those that are taken at once are all noted.
    for (let nth = 0; nth < 5; nth += 1) leave();
    await world.takeIn();
    expect(await uses()).toHaveLength(5);
    for (let nth = 0; nth < 100; nth += 1) {
      leave();
      await world.takeIn();
    }
    expect(await uses()).toHaveLength(100);
    expect(world.held.waiting()).toEqual([]);
  });

  test('is let through when it cannot be noted, with an alarm', async () => {
    const { world } = await grantWorld();
    const { reviewWrite } = await import('./review-write.ts');
    const note = async (): Promise<never> => {
      throw new Error('Redis is away');
    };
    const guard = { ...world.guard, held: { ...world.guard.held, note } };
    expect(await reviewWrite(guard, await world.ask({ object: other() }))).toMatchObject({ allowed: true });
    expect(world.alarms).toEqual(['The use of a grant could not be noted']);
  });

  test('is not noted once it is over', async () => {
    const { world, id, uses } = await grantWorld();
    await world.write({ object: other() });
    await finishGrant(world.bot, { by: alice, id });
    await world.steps();
    await world.takeIn();
    expect(await uses()).toEqual([]);
    expect(world.held.waiting()).toEqual([]);
  });
});

test('an access by a rule of its own is as good as any', async () => {
  const world = createGuardWorld({ rules: [rule({ auto: true, permanent: true })] });
  world.cluster.put(shopIngress());
  const chain = await file(world);
  await world.steps();
  expect((await look(world, chain)).request.state.status).toBe('active');
  expect(await world.write({ object: other() })).toMatchObject({ allowed: true });
});
