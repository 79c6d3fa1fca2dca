import { describe, expect, test } from 'vitest';
import type { Manifest, Target } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import {
  createGuardWorld,
  type GuardWorld,
  gateTarget,
  heldInShop,
  userOf,
  workerUser,
} from '#test/build/guard-world.ts';
import { alice, bob, carol, dave } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { accessOver } from '#test/build/profiles.ts';
import { gate } from '#test/build/rule-world.ts';
import { file } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { withdrawRequest } from './act-on-request.ts';
import { askAgain } from './ask-again.ts';
import { readContent } from './contents.ts';
import { checkPending } from './revise-request.ts';

const target: Target = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };
const shop = (labels: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', ...labels } },
  spec: { finalizers: ['kubernetes'] },
});
const deletion = { deletes: target };
const opening = { object: gate({ auth: 'off', limit: '10' }) };
const ends: Rule = rule({
  name: 'ends',
  match: { clusters: ['*'], namespaces: ['shop'], kinds: ['change'], profiles: ['namespaces'], sources: ['kubectl'] },
  approve: [{ from: 'platform', count: 2 }],
  permanent: true,
});

const namespaceWorld = (rules: readonly Rule[] = [ends, rule({ permanent: true })]): GuardWorld => {
  const world = createGuardWorld({ rules });
  world.cluster.put(shop());
  return world;
};
const heldWorld = async () => {
  const world = namespaceWorld();
  const chain = await world.hold(deletion);
  const { id } = chain.request.asked;
  return { world, chain, id, status: async () => (await world.requests())[id] };
};
const approvedWorld = async () => {
  const held = await heldWorld();
  await held.world.approve(held.chain, bob);
  return { ...held, chain: await held.world.approve(held.chain, carol) };
};
/** Its deletion is under way. */
const goes = (world: GuardWorld) => {
  world.cluster.terminateNamespace('shop');
  world.cluster.edit(target, (live) => ({
    ...live,
    metadata: { ...live.metadata, deletionTimestamp: '2026-11-20T12:00:00Z', finalizers: ['kubernetes'] },
  }));
};
const shown = async ({ bot }: GuardWorld, { request: { asked } }: Awaited<ReturnType<typeof heldWorld>>['chain']) => {
  const read = await readContent(bot, asked);
  if (read.type !== 'shown') throw new Error(`It is ${read.type}`);
  return read.content;
};
const refused = { allowed: false, code: 403 } as const;

describe('the deletion of a namespace that holds protected objects', () => {
  test('is held as a request in that namespace, by the rule that names namespaces, for its author alone', async () => {
    const { world, chain, id } = await heldWorld();
    expect(chain.request.asked).toMatchObject({
      kind: 'change',
      namespace: 'shop',
      requester: alice,
      source: 'kubectl',
      approval: { rule: 'ends', quorum: [{ from: 'platform', count: 2 }] },
      held: { complete: ['retry'] },
      content: { targets: [{ op: 'delete', ...target }], risk: 'critical' },
    });
    expect(await world.write(deletion)).toMatchObject({
      ...refused,
      message: expect.stringContaining(`this write to Namespace shop: request ${id} waits for platform (2)`),
    });
    expect((await world.cluster.get(target)) === undefined).toBe(false);
  });

  test('is shown with what goes with it: protected objects by name, others by number, and what was not counted', async () => {
    const world = namespaceWorld();
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      world.cluster.put({ ...gate({}), metadata: { name, namespace: 'shop' } });
    for (const name of ['web-0', 'web-1'])
      world.cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' } });
    world.cluster.put({ ...gate({}), metadata: { name: 'other', namespace: 'bank' } });
    const content = await shown(world, await world.hold(deletion));
    expect(content.cautions).toContain('Protected objects go with it: 6 × ConfigMap (a, b, c, d, e and 1 more).');
    expect(content.notes).toEqual(['With it go 2 × Pod.']);
    expect(content.findings).toMatchObject([{ rule: 'namespace-deleted', severity: 'critical' }]);
    // Nothing is said of who reaches whom: its pods are gone.
    expect(content.reach).toEqual([]);

    const blind = namespaceWorld();
    blind.cluster.breakDown((method) => (method === 'scan' ? refusal(403, 'list', 'no') : undefined));
    const { notes, cautions } = await shown(blind, await blind.hold(deletion));
    expect(notes).toEqual([
      'Not counted, for the worker may not list them: ingresses, configmaps, deployments, statefulsets, daemonsets, cronjobs, jobs, services, pods, persistentvolumeclaims.',
    ]);
    expect(cautions).toEqual([]);
  });

  test('is let through once it is approved, to its author, by whichever way the server names it, and is done when it goes', async () => {
    const { world, id, status } = await approvedWorld();
    const admitted = { allowed: true, warnings: [`Hallpass: approved as request ${id}`] };
    expect(await world.write({ ...deletion, fails: true })).toEqual(admitted);
    const before = (await world.cluster.get(target))?.live;
    const asServer = { ...(await world.ask(deletion)), namespace: 'shop', before };
    expect(await world.review(asServer)).toEqual(admitted);
    await world.steps();
    expect(await status()).toBe('approved');
    // A label that somebody sets meanwhile makes it no other one.
    world.cluster.edit(target, (live) => ({ ...live, metadata: { ...live.metadata, labels: { team: 'shop' } } }));
    expect(await world.write({ ...deletion, fails: true })).toEqual(admitted);
    goes(world);
    // What the namespace's own controller takes away in it, and whoever deletes it once more.
    const controller = 'system:serviceaccount:kube-system:namespace-controller';
    expect(await world.write({ deletes: gateTarget, user: controller })).toMatchObject({ allowed: true });
    expect(await world.write({ ...deletion, fails: true })).toEqual({ allowed: true, warnings: [] });
    await world.steps();
    expect(await status()).toBe('completed');
    expect(world.alarms).toEqual([]);
  });

  test('is done when it is gone, or when another one of its name is there', async () => {
    for (const after of ['gone', 'made again'] as const) {
      const { world, status } = await approvedWorld();
      await world.write(deletion);
      if (after === 'made again') world.cluster.put(shop());
      await world.steps();
      expect(await status()).toBe('completed');
    }
  });

  test('stays denied for the same namespace whatever its labels are, until it is asked for again', async () => {
    const { world, chain, id, status } = await heldWorld();
    await world.deny(chain, 'it is used');
    world.cluster.edit(target, () => shop({ team: 'shop' }));
    expect(await world.write(deletion)).toMatchObject({ ...refused, message: expect.stringContaining('it is used') });
    expect(await askAgain(world.bot, { by: alice, id, reason: 'it is not' })).toMatchObject({
      ok: true,
    });
    expect(await world.write(deletion)).toMatchObject({ ...refused, message: expect.stringContaining('waits for') });
    expect(await status()).toBe('denied');
  });

  test('is told a dry run of, which leaves nothing behind', async () => {
    const world = namespaceWorld();
    const dry = { ...deletion, dryRun: true };
    const warning = 'Hallpass: this write to Namespace shop would be held until somebody agrees.';
    expect(await world.write(dry)).toEqual({ allowed: true, warnings: [warning] });
    expect(world.held.waiting()).toEqual([]);
    const approved = await approvedWorld();
    expect(await approved.world.write(dry)).toMatchObject({ allowed: true });
    await approved.world.steps();
    expect(await approved.status()).toBe('approved');
  });

  test('is refused as it stands where no rule names namespaces, for good, from there, in that place', async () => {
    const { match } = ends;
    const others: readonly Rule[] = [
      rule({ permanent: true }),
      { ...ends, permanent: false },
      { ...ends, refuse: 'never' },
      { ...ends, match: { ...match, sources: ['slack'] } },
      { ...ends, match: { ...match, namespaces: ['bank'] } },
      { ...ends, match: { ...match, profiles: ['name*'] } },
    ];
    for (const one of others) {
      const world = namespaceWorld([one]);
      expect(await world.write(deletion)).toMatchObject({
        ...refused,
        message: expect.stringContaining('Ask for their deletion one by one'),
      });
      expect(world.held.waiting()).toEqual([]);
    }
  });

  test('is refused of Hallpass’s own namespace, and where it would leave something behind', async () => {
    const { match } = ends;
    const world = namespaceWorld([{ ...ends, match: { ...match, namespaces: ['*'] } }]);
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ namespaces: ['*'] })] };
    world.cluster.put({ ...shop(), metadata: { name: 'hallpass' } });
    expect(await world.write({ deletes: { ...target, name: 'hallpass' } })).toMatchObject({
      ...refused,
      message: expect.stringContaining('one by one'),
    });
    const orphaning = { ...(await world.ask(deletion)), orphans: true } as const;
    expect(await world.review(orphaning)).toMatchObject({ ...refused, message: expect.stringContaining('orphan') });
    expect(world.held.waiting()).toEqual([]);
  });

  test('is no request in a namespace that Hallpass is not set up for', async () => {
    const { match } = ends;
    const world = namespaceWorld([{ ...ends, match: { ...match, namespaces: ['*'] } }]);
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ namespaces: ['*'] })] };
    world.cluster.addNamespace('vault');
    world.cluster.put({ ...shop(), metadata: { name: 'vault' } });
    const elsewhere = { deletes: { ...target, name: 'vault' } };
    expect(await world.write(elsewhere)).toMatchObject(refused);
    await world.takeIn();
    expect(await world.write(elsewhere)).toMatchObject({
      ...refused,
      message: expect.stringContaining('not set up to change anything in namespace "vault"'),
    });
    expect(await world.requests()).toEqual({});
  });

  test('is held by the protection that names namespaces, or else by the first that protects anything in it', async () => {
    for (const [protect, minutes] of [
      [[heldInShop({ retryWithin: Temporal.Duration.from({ minutes: 5 }) }), heldInShop()], 5],
      [
        [
          heldInShop(),
          heldInShop({ name: 'whole', resources: ['namespaces'], retryWithin: Temporal.Duration.from({ minutes: 7 }) }),
        ],
        7,
      ],
      [[heldInShop({ resources: ['namespaces'], retryWithin: Temporal.Duration.from({ minutes: 9 }) })], 9],
    ] as const) {
      const world = namespaceWorld();
      world.settings.policy = { ...world.settings.policy, protect };
      const { request } = await world.hold(deletion);
      expect(request.asked.held?.retryWithin).toBe(minutes * 60);
    }
  });

  test('is another revision once another protected object would go with it, or it has another label, and not for a pod', async () => {
    const { world, chain } = await heldWorld();
    world.cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-0', namespace: 'shop' } });
    expect(await checkPending(world.bot, chain)).toEqual({ type: 'same' });
    world.cluster.put({ ...gate({}), metadata: { name: 'late', namespace: 'shop' } });
    const standing = await checkPending(world.bot, chain);
    if (standing.type !== 'revised') throw new Error(`It is ${standing.type}`);
    expect(standing.chain.entries.at(-1)?.event).toMatchObject({
      type: 'revised',
      why: 'More would go with it than was shown: ConfigMap shop/late',
    });
    world.cluster.edit(target, (live) => ({ ...live, metadata: { ...live.metadata, labels: { team: 'shop' } } }));
    const labelled = await checkPending(world.bot, standing.chain);
    if (labelled.type !== 'revised') throw new Error(`It is ${labelled.type}`);
    expect(labelled.chain.entries.at(-1)?.event).toMatchObject({
      why: 'Namespace shop changed meanwhile, and so did the difference that this makes.',
    });
    // The same deletion is let through for it all the same.
    await world.approve(labelled.chain, bob);
    await world.approve(labelled.chain, carol);
    expect(await world.write(deletion)).toMatchObject({ allowed: true });
  });

  test('that was filed is not tried any more when it goes by itself', async () => {
    const { world, chain } = await heldWorld();
    goes(world);
    expect(await checkPending(world.bot, chain)).toMatchObject({
      type: 'impossible',
      why: expect.stringContaining('being deleted'),
    });
  });
});

describe('an approved deletion of a namespace lets nobody in', () => {
  test('but its author, under no name', async () => {
    const { world, id } = await approvedWorld();
    for (const user of [
      userOf('dave'),
      userOf('bob'),
      workerUser,
      'system:serviceaccount:kube-system:namespace-controller',
    ])
      expect(await world.write({ ...deletion, user })).toMatchObject({
        ...refused,
        message: expect.stringContaining(`held as request ${id}, which somebody else wrote`),
      });
  });

  test('to another one: of another uid, of another name, or in a review that says no uid', async () => {
    const { world, id } = await approvedWorld();
    const asked = await world.ask(deletion);
    const forged = (metadata: object) => ({ ...asked, before: { ...shop(), metadata: { name: 'shop', ...metadata } } });
    expect(await world.review(forged({ uid: 'forged' }) as never)).toMatchObject(refused);
    const nameless = { ...refused, message: expect.stringContaining('one by one') };
    expect(await world.review(forged({}) as never)).toMatchObject(nameless);
    expect(await world.review({ ...asked, subresource: 'finalize' })).toMatchObject(nameless);
    await world.takeIn();
    // The one that was forged is no request: the worker finds another uid.
    expect(Object.keys(await world.requests())).toEqual([id]);
    world.cluster.discard(target);
    world.cluster.put(shop());
    expect(await world.write(deletion)).toMatchObject(refused);
    await world.takeIn();
    expect(Object.keys(await world.requests())).toHaveLength(2);
  });

  test('twice: the next of its name is asked for anew, also where an old log was brought back', async () => {
    const { world, id, status } = await approvedWorld();
    const lines = await world.store.read(id);
    const before = await world.ask(deletion);
    expect(await world.write(deletion)).toMatchObject({ allowed: true });
    await world.steps();
    expect(await status()).toBe('completed');
    world.cluster.put(shop());
    expect(await world.write(deletion)).toMatchObject(refused);
    world.store.tamper(id, () => lines);
    expect(await world.write(deletion)).toMatchObject(refused);
    // Even a review that says what was there then.
    expect(await world.review(before)).toMatchObject(refused);
  });

  test('after its time, or once it was taken back', async () => {
    const { world, status } = await approvedWorld();
    world.advance({ minutes: 60, seconds: 3 });
    expect(await world.write(deletion)).toMatchObject(refused);
    await world.steps();
    expect(await status()).toBe('lapsed');

    const other = await approvedWorld();
    await withdrawRequest(other.world.bot, { by: alice, id: other.id });
    expect(await other.world.write(deletion)).toMatchObject(refused);
  });

  test('by a grant, whatever that gives', async () => {
    const world = namespaceWorld([rule({ permanent: true }), ends]);
    const everything = {
      name: 'ingress-edit',
      title: 'Everything',
      bindings: [{ in: 'requested', rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['delete'] }] }],
    };
    world.settings.kinds = world.settings.kinds.map((kind) =>
      kind.name === 'access' ? accessOver([everything]) : kind,
    );
    const grant = await world.approve(await file(world));
    await world.steps();
    expect((await world.requests())[grant.request.asked.id]).toBe('active');
    const answer = await world.write(deletion);
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer)).not.toContain(grant.request.asked.id);
  });

  test('for another namespace than that of the request, whoever filed it', async () => {
    const world = namespaceWorld();
    const kind = world.settings.kinds.find(({ holds }) => holds !== undefined);
    const ask = kind?.holds?.ask({ profile: 'namespaces', operation: 'delete', name: 'bank' });
    if (kind === undefined || ask?.ok !== true) throw new Error('It cannot be asked for');
    const looked = { request: 'k7m2-qx', namespace: 'shop', identity: { user: '', groups: [] }, seen: [[]] } as never;
    expect(kind.plan(ask.value, looked)).toMatchObject({ error: expect.stringContaining('is another namespace') });
  });
});

test('what waits, or was approved, in a namespace that goes breaks nothing', async () => {
  const { world, status } = await approvedWorld();
  const waiting = await world.hold(opening);
  const ready = await world.approve(
    await world.hold({ object: gate({ auth: 'off', limit: '11' }), user: userOf('dave') }),
  );
  expect(await world.write(deletion)).toMatchObject({ allowed: true });
  world.cluster.removeNamespace('shop');
  await world.steps();
  expect(await status()).toBe('completed');
  expect(await checkPending(world.bot, waiting)).toMatchObject({ type: 'impossible' });
  world.advance({ hours: 2 });
  await world.steps();
  const requests = await world.requests();
  expect(requests[waiting.request.asked.id]).toBe('timed-out');
  expect(requests[ready.request.asked.id]).toBe('lapsed');
  expect(ready.request.asked.requester).toBe(dave);
  expect(world.alarms).toEqual([]);
});
