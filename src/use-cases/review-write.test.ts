import { describe, expect, test } from 'vitest';
import { personId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { type Manifest, targetOf } from '#domain/plan.ts';
import {
  createGuardWorld,
  type GuardWorld,
  gateTarget,
  heldInShop,
  noted,
  userOf,
  workerUser,
} from '#test/build/guard-world.ts';
import { alice, dave } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { ingressTarget, pathTo, ruleFor, shopIngress } from '#test/build/shop-ingress.ts';
import { find } from './request-log.ts';
import { reviewWrite } from './review-write.ts';

const opened = gate({ auth: 'off', limit: '10' });
const opening = { object: opened };
const closed = gate({ auth: 'on', limit: '10' });

const deployment = (replicas: number): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas },
});
const scale = (replicas: number): Manifest => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas },
});
const autoscaler = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
const namespaceController = 'system:serviceaccount:kube-system:namespace-controller';
const elsewhere = { ...gate({}), metadata: { name: 'gate', namespace: 'bank' } };

/** Nothing was left for the bot, and nothing counted. */
const untouched = async (world: GuardWorld) => {
  expect(world.held.waiting()).toEqual([]);
  expect(await world.held.intake.attempts(await world.fingerprint(opening))).toBeUndefined();
  expect(world.alarms).toEqual([]);
};

describe('a write is let through', () => {
  test('to what is not protected: another namespace, another sort, another cluster, or Hallpass’s own', async () => {
    const world = createGuardWorld();
    const admitted = { allowed: true, warnings: [] };
    expect(await world.write({ object: elsewhere })).toEqual(admitted);
    expect(await world.review({ resource: 'secrets' })).toEqual(admitted);
    expect(await world.review({ group: 'example.com' })).toEqual(admitted);
    expect(await world.review({ namespace: undefined })).toEqual(admitted);
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ namespaces: ['*'] })] };
    for (const namespace of ['hallpass', 'hallpass-markers'])
      expect(await world.review({ namespace })).toEqual(admitted);
    expect(await world.review({ namespace: 'hallpass-other' })).toMatchObject({ allowed: false });
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ clusters: ['staging'] })] };
    expect(await world.write(opening)).toEqual(admitted);
  });

  test('in any version, of a sort that is protected: it is held', async () => {
    const world = createGuardWorld();
    expect(await world.review({ version: 'v1beta1' })).toMatchObject({ allowed: false, code: 403 });
  });

  test.each<[string, Manifest]>([
    ['the very same', closed],
    ['another status', { ...closed, status: { phase: 'Ready' } }],
    ['fields that are owned by somebody else', manage(closed)],
    ['an annotation that the policy leaves out', noted(closed, { 'acme.test/commit': 'f00ba4' })],
    ['a reason', noted(closed, { 'intent.hallpass.dev/reason': 'because' })],
    ['what kubectl remembers', noted(closed, { 'kubectl.kubernetes.io/last-applied-configuration': '{}' })],
  ])('that changes nothing that counts: %s', async (_, after) => {
    const world = createGuardWorld();
    expect(await world.review({ before: closed, after })).toEqual({ allowed: true, warnings: [] });
    await untouched(world);
  });

  test.each<[string, Manifest]>([
    ['a label', { ...closed, metadata: { ...closed.metadata, labels: { team: 'shop' } } }],
    ['an annotation', noted(closed, { 'acme.test/owner': 'shop' })],
    ['a value', opened],
    ['an owner', owned(closed)],
    ['a key with an empty value', { ...closed, data: { auth: 'on', limit: '10', more: '' } }],
  ])('only then: %s counts', async (_, after) => {
    expect(await createGuardWorld().review({ before: closed, after })).toMatchObject({ allowed: false, code: 403 });
  });

  test('of a status, and of nothing else in the same call', async () => {
    const world = createGuardWorld();
    const state = { subresource: 'status', resource: 'ingresses', group: 'networking.k8s.io', before: shopIngress() };
    expect(await world.review({ ...state, after: { ...shopIngress(), status: {} } })).toMatchObject({ allowed: true });
    const annotated = noted(shopIngress(), { 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' });
    const answer = await world.review({ ...state, after: annotated });
    expect(answer).toMatchObject({ allowed: false, code: 403 });
    expect(answer).toMatchObject({ message: expect.stringContaining('its status may be written, and nothing else') });
    await untouched(world);
  });

  const scaling = { group: 'apps', resource: 'deployments', name: 'web', before: scale(2), after: scale(3) } as const;
  const scaledBy = (world: GuardWorld, user: string, changed: Parameters<typeof world.review>[0] = {}) =>
    world.review({ ...scaling, subresource: 'scale', user, ...changed });

  test('of a scale, to those whom the policy names, who are nobody in particular otherwise', async () => {
    const world = createGuardWorld();
    expect(await scaledBy(world, autoscaler)).toEqual({ allowed: true, warnings: [] });
    await untouched(world);
    expect(await scaledBy(world, autoscaler, { subresource: 'ephemeralcontainers' })).toMatchObject({ allowed: false });
    expect(await scaledBy(world, `x${autoscaler}`)).toMatchObject({ allowed: false });
    world.cluster.put(deployment(2));
    expect(await world.write({ user: autoscaler, object: deployment(3) })).toMatchObject({ allowed: false });
  });

  test('of a scale, to others once somebody agreed to just so many', async () => {
    const world = createGuardWorld();
    world.cluster.put(deployment(2));
    expect(await scaledBy(world, userOf('alice'), { dryRun: true })).toMatchObject({
      allowed: true,
      warnings: [/held/],
    });
    await untouched(world);
    expect(await scaledBy(world, userOf('alice'))).toMatchObject({
      allowed: false,
      message: expect.stringContaining('holds this write to deployments/scale shop/web'),
    });
    await world.takeIn();
    const [id] = Object.keys(await world.requests());
    const found = await find(world.bot, id as Parameters<typeof find>[1]);
    if (found.type !== 'found') throw new Error('It was not filed');
    await world.approve(found.chain);
    expect(await scaledBy(world, userOf('dave'))).toMatchObject({ allowed: false });
    expect(await scaledBy(world, userOf('alice'), { after: scale(30) })).toMatchObject({ allowed: false });
    expect(await scaledBy(world, userOf('alice'), { before: scale(0) })).toMatchObject({ allowed: false });
    // The API server gives it the uid and version of what is scaled.
    const live = await world.cluster.get(targetOf(deployment(2)));
    const before = { ...scale(2), metadata: { ...live?.live.metadata, generation: undefined } } as Manifest;
    expect(await scaledBy(world, userOf('alice'), { before })).toMatchObject({ allowed: true });
    await world.steps();
    expect((await world.requests())[String(id)]).toBe('approved');
    world.cluster.edit(targetOf(deployment(2)), (live) => ({ ...live, spec: { replicas: 3 } }));
    await world.steps();
    expect((await world.requests())[String(id)]).toBe('completed');
    expect(await scaledBy(world, userOf('alice'))).toMatchObject({ allowed: false });
  });

  test('of a scale that cannot be asked for to nobody, with what to do instead', async () => {
    const world = createGuardWorld();
    const odd = [{ replicas: -1 }, { replicas: 1.5 }, { replicas: '3' }, null, []] as const;
    const all = [
      ...odd.map((spec) => ({ after: { ...scale(3), spec } as Manifest })),
      { group: 'networking.k8s.io', resource: 'ingresses' },
      { after: { ...scale(3), kind: 'Deployment' } },
    ];
    for (const changed of all)
      expect(await scaledBy(world, userOf('alice'), changed)).toMatchObject({
        message: expect.stringContaining('Set spec.replicas of the object itself instead'),
      });
    expect(await scaledBy(world, workerUser)).toMatchObject({ allowed: false, code: 503 });
    expect(world.held.waiting()).toEqual([]);
  });

  test('of what is in a namespace that goes, to what takes it away, and to nobody else', async () => {
    const world = createGuardWorld();
    const deletion = { deletes: gateTarget, user: namespaceController };
    expect(await world.write({ ...deletion, fails: true })).toMatchObject({ allowed: false });
    world.cluster.terminateNamespace('shop');
    expect(await world.write({ ...deletion, user: userOf('alice') })).toMatchObject({ allowed: false });
    expect(await world.write({ ...opening, user: namespaceController, fails: true })).toMatchObject({ allowed: false });
    expect(await world.write(deletion)).toEqual({ allowed: true, warnings: [] });
  });
});

describe('a namespace in which something is protected', () => {
  const deletion = { group: '', resource: 'namespaces', operation: 'delete', name: 'shop', after: undefined } as const;

  test('is not deleted, whoever wants to', async () => {
    const world = createGuardWorld();
    for (const user of [userOf('alice'), workerUser, namespaceController]) {
      const answer = await world.review({ ...deletion, user });
      expect(answer).toMatchObject({ allowed: false, code: 403 });
      expect(answer).toMatchObject({ message: expect.stringContaining('Ask for their deletion one by one') });
    }
    expect(await world.review({ ...deletion, dryRun: true })).toMatchObject({
      allowed: true,
      warnings: [expect.stringContaining('would be refused: Namespace shop holds objects')],
    });
    await untouched(world);
  });

  test('is changed as before, and another one is deleted', async () => {
    const world = createGuardWorld();
    expect(await world.review({ ...deletion, operation: 'update' })).toMatchObject({ allowed: true });
    expect(await world.review({ ...deletion, name: 'bank' })).toMatchObject({ allowed: true });
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ clusters: ['staging'] })] };
    expect(await world.review(deletion)).toMatchObject({ allowed: true });
  });
});

describe('a write is refused, and nobody is asked,', () => {
  test('when its object has no name yet', async () => {
    const world = createGuardWorld();
    const unnamed = { ...opened, metadata: { ...opened.metadata, name: '' } };
    const answer = await world.review({ operation: 'create', name: '', before: undefined, after: unnamed });
    expect(answer).toMatchObject({ allowed: false, code: 403 });
    expect(answer).toMatchObject({ message: expect.stringContaining('Give the object a name') });
    await untouched(world);
  });

  test('when it cannot be looked up whether it is approved, and says so', async () => {
    const world = createGuardWorld();
    const write = await world.ask(opening);
    const failing = {
      ...world.guard,
      held: {
        ...world.guard.held,
        find: async () => {
          throw new Error('Redis did not read "held"');
        },
      },
    };
    expect(await reviewWrite(failing, write)).toEqual({
      allowed: false,
      code: 403,
      undecided: true,
      message:
        'Hallpass holds writes to ConfigMap shop/gate and cannot look up just now whether this one is approved. Nothing is changed; try again in a moment.',
    });
    expect(await reviewWrite(failing, { ...write, dryRun: true })).toMatchObject({ allowed: true });
    expect(world.held.waiting()).toEqual([]);
    expect(world.alarms).toHaveLength(2);
  });

  test.each(['store', 'clock', 'cluster', 'file'] as const)('when its %s fails', async (part) => {
    const world = createGuardWorld();
    const chain = await world.hold(opening);
    await world.approve(chain);
    const fail = async (): Promise<never> => {
      throw new Error('It does not answer');
    };
    const { guard } = world;
    const broken = {
      store: { ...guard, store: { ...guard.store, read: fail } },
      clock: { ...guard, clock: { now: fail } },
      cluster: { ...guard, cluster: { ...guard.cluster, own: fail } },
      file: { ...guard, held: { ...guard.held, file: fail } },
    }[part];
    const write = await world.ask(part === 'file' ? { object: gate({ auth: 'maybe' }) } : opening);
    expect(await reviewWrite(broken, write)).toMatchObject({
      allowed: false,
      code: 403,
      message: expect.stringContaining('cannot look up just now'),
    });
    expect(await world.write(opening)).toMatchObject({ allowed: true });
  });

  test('and its worker is told that it may try again', async () => {
    const world = createGuardWorld();
    const write = await world.ask({ ...opening, user: workerUser });
    const cluster = {
      ...world.guard.cluster,
      own: async (): Promise<never> => {
        throw new Error('The API server does not answer');
      },
    };
    expect(await reviewWrite({ ...world.guard, cluster }, write)).toMatchObject({ allowed: false, code: 503 });
  });
});

describe('a dry run', () => {
  test('of what would be held is let through with a warning, and leaves nothing behind', async () => {
    const world = createGuardWorld();
    expect(await world.write({ ...opening, dryRun: true })).toEqual({
      allowed: true,
      warnings: ['Hallpass: this write to ConfigMap shop/gate would be held until somebody agrees.'],
    });
    const breaking = noted(opened, { 'intent.hallpass.dev/break-glass': 'all is down' });
    expect(await world.write({ object: breaking, dryRun: true })).toMatchObject({ allowed: true });
    expect(await world.write({ deletes: gateTarget, dryRun: true })).toMatchObject({ allowed: true });
    await untouched(world);
    await world.takeIn();
    expect(await world.requests()).toEqual({});
  });

  test('of what would be refused says so', async () => {
    const world = createGuardWorld();
    const dry = { dryRun: true } as const;
    const refused = async (changed: Parameters<typeof world.review>[0]) => {
      const answer = await world.review({ ...dry, ...changed });
      if (!answer.allowed) throw new Error('It was refused');
      return answer.warnings.join();
    };
    expect(await refused({ name: '', operation: 'create', before: undefined })).toContain('would be refused: ');
    expect(await refused({ subresource: 'scale' })).toContain('would be refused: ');
    await untouched(world);
  });

  test('of what waits, was denied, or was approved files and counts nothing', async () => {
    const world = createGuardWorld();
    const chain = await world.hold(opening);
    const attempts = async () => (await world.held.intake.attempts(chain.request.asked.held?.fingerprint ?? ''))?.count;
    const before = await attempts();
    expect(await world.write({ ...opening, dryRun: true })).toMatchObject({ allowed: true, warnings: [/held/] });
    await world.approve(chain);
    expect(await world.write({ ...opening, dryRun: true })).toMatchObject({ allowed: true, warnings: [/approved as/] });
    expect(await world.write({ ...opening, dryRun: true, user: userOf('dave') })).toMatchObject({ allowed: true });
    const other = await world.hold({ object: gate({ auth: 'never' }) });
    await world.deny(other);
    expect(await world.write({ object: gate({ auth: 'never' }), dryRun: true })).toMatchObject({ allowed: true });
    expect(await attempts()).toBe(before);
    expect(world.held.waiting()).toEqual([]);
    await world.steps();
    expect((await world.requests())[chain.request.asked.id]).toBe('approved');
  });

  test('of the worker needs no pass', async () => {
    const world = createGuardWorld();
    expect(await world.write({ ...opening, user: workerUser, dryRun: true })).toEqual({ allowed: true, warnings: [] });
  });
});

describe('a write that is held', () => {
  test('is filed, and refused with the request that it becomes', async () => {
    const world = createGuardWorld();
    const answer = await world.write(opening);
    const known = await world.held.held.find(await world.fingerprint(opening));
    expect(answer).toEqual({
      allowed: false,
      code: 403,
      message: `Hallpass holds this write to ConfigMap shop/gate until somebody agrees. It is request ${known?.id}.\nDo the same again once it is approved; until then nothing is changed.`,
    });
    expect(world.held.waiting()).toHaveLength(1);
    await world.takeIn();
    expect(await world.requests()).toEqual({ [String(known?.id)]: 'pending' });
    expect((await world.cluster.get(gateTarget))?.live).toMatchObject(closed);
  });

  test('says where its card is when the bot is there at once', async () => {
    const world = createGuardWorld({ isPrompt: true });
    const answer = await world.write(opening);
    expect(answer).toMatchObject({
      allowed: false,
      message: expect.stringMatching(
        /request \S+ waits for platform \(1\)\.\nDo the same again .*\nSee https:\/\/acme\.slack\.com/s,
      ),
    });
  });

  test('is one request, however often and by whoever it is tried, and each is counted', async () => {
    const world = createGuardWorld();
    const write = async (user = userOf('alice')) => {
      world.advance({ seconds: 1 });
      return world.write({ ...opening, user });
    };
    for (let nth = 0; nth < 4; nth += 1) await write();
    await world.takeIn();
    for (let nth = 0; nth < 3; nth += 1)
      expect(await write(userOf('dave'))).toMatchObject({
        message: expect.stringContaining('waits for platform (1)'),
      });
    await world.takeIn();
    const fingerprint = await world.fingerprint(opening);
    expect(Object.values(await world.requests())).toEqual(['pending']);
    expect(await world.held.intake.attempts(fingerprint)).toMatchObject({ count: 7, by: userOf('dave') });
  });

  test('of fifty guards at once is one request', async () => {
    const world = createGuardWorld();
    const write = await world.ask(opening);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => reviewWrite(world.guard, { ...write, uid: `review-${nth}` })),
    );
    expect(new Set(answers.map((one) => (one.allowed ? '' : one.message))).size).toBe(1);
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });

  test.each<[string, Manifest]>([
    ['a label', { ...opened, metadata: { ...opened.metadata, labels: { team: 'shop' } } }],
    ['a value', gate({ auth: 'off', limit: '11' })],
    ['a key', gate({ auth: 'off', limit: '10', more: 'x' })],
    ['a key of none', gate({ auth: 'off' })],
  ])('with other content is another request: %s', async (_, object) => {
    const world = createGuardWorld();
    const [one, other] = [await world.hold(opening), await world.hold({ object })];
    expect(await world.requests()).toEqual({
      [one.request.asked.id]: 'pending',
      [other.request.asked.id]: 'pending',
    });
  });

  test('from another state is another request', async () => {
    const world = createGuardWorld();
    await world.hold(opening);
    world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '5' } }));
    await world.hold(opening);
    expect(Object.values(await world.requests()).sort()).toEqual(['pending', 'pending']);
  });

  test('is the same with a stamp that the policy leaves out, a reason or an order of its own', async () => {
    const world = createGuardWorld();
    await world.hold(opening);
    const stamped = noted(gate({ limit: '10', auth: 'off' }), {
      'acme.test/commit': 'f00ba4',
      'intent.hallpass.dev/reason': 'once more',
    });
    expect(await world.write({ object: stamped })).toMatchObject({ allowed: false });
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });

  test('in a flood is refused: of one author the thirty-first in a minute, and of others not', async () => {
    const world = createGuardWorld();
    const write = (nth: number, user = userOf('alice')) => world.write({ object: gate({ nth: String(nth) }), user });
    for (let nth = 0; nth < 30; nth += 1) expect(await write(nth)).toMatchObject({ message: /It is request/ });
    expect(await write(30)).toMatchObject({
      allowed: false,
      code: 403,
      message: expect.stringContaining('takes in no more for now: this user has filed too many'),
    });
    const told =
      'More direct writes to protected objects come than are taken in. The rest is refused, and this is said once';
    for (let nth = 32; nth < 40; nth += 1) await write(nth);
    expect(world.alarms).toEqual([told]);
    expect(await write(31, userOf('dave'))).toMatchObject({ message: expect.stringContaining('It is request') });
    expect(world.held.waiting()).toHaveLength(31);
    expect(await world.held.intake.attempts(await world.fingerprint({ object: gate({ nth: '30' }) }))).toBeUndefined();
    world.advance({ minutes: 1 });
    expect(await write(30)).toMatchObject({ message: expect.stringContaining('It is request') });
    // Another one, after it was calm.
    world.advance({ minutes: 21 });
    await world.takeIn();
    for (let nth = 40; nth < 80; nth += 1) await write(nth);
    expect(world.alarms).toEqual([told, told]);
  });

  test('in a flood of many is refused: the three hundred and first that waits', async () => {
    const world = createGuardWorld();
    // Each of them is somebody: whom nobody knows have one account together.
    world.settings.identities = ['calm', ...Array.from({ length: 15 }, (_, nth) => `user-${nth}`)].map((user, nth) => ({
      person: personId.parse(`UPERSON${nth}`),
      kubernetes: { user, groups: [] },
    }));
    for (let nth = 0; nth < 300; nth += 1)
      await world.write({ object: gate({ nth: String(nth) }), user: `user-${nth % 15}` });
    expect(await world.write({ ...opening, user: 'calm' })).toMatchObject({
      message: expect.stringContaining('there are too many'),
    });
    await world.takeIn();
    expect(await world.write({ ...opening, user: 'calm' })).toMatchObject({
      message: expect.stringContaining('It is request'),
    });
  });
});

describe('a held write that was approved', () => {
  const approvedWorld = async () => {
    const world = createGuardWorld();
    const chain = await world.hold(opening);
    await world.approve(chain);
    return { world, id: chain.request.asked.id };
  };

  test('is let through for whoever wrote it, and says by which request', async () => {
    const { world, id } = await approvedWorld();
    expect(await world.write(opening)).toEqual({ allowed: true, warnings: [`Hallpass: approved as request ${id}`] });
    expect((await world.cluster.get(gateTarget))?.live).toMatchObject({ data: { auth: 'off' } });
    await world.steps();
    expect(await world.requests()).toEqual({ [id]: 'completed' });
  });

  test('is not for anybody else', async () => {
    const { world, id } = await approvedWorld();
    for (const user of [userOf('dave'), userOf('Alice'), '', 'system:admin'])
      expect(await world.write({ ...opening, user })).toMatchObject({
        allowed: false,
        message: expect.stringContaining(`held as request ${id}, which somebody else wrote. Only they can do it.`),
      });
    await world.takeIn();
    expect(await world.requests()).toEqual({ [id]: 'approved' });
  });

  test('is not for another content, another object, another operation, or another place', async () => {
    const { world, id } = await approvedWorld();
    world.cluster.put({ ...closed, metadata: { ...closed.metadata, name: 'gate-2' } });
    for (const writing of [
      { object: gate({ auth: 'off', limit: '11' }) },
      { object: { ...opened, metadata: { ...opened.metadata, name: 'gate-2' } } },
      { deletes: gateTarget },
    ])
      expect(await world.write(writing)).toMatchObject({ allowed: false });
    expect(await world.review({ ...(await world.ask(opening)), operation: 'create' })).toMatchObject({
      allowed: false,
    });
    world.settings.policy = { ...world.settings.policy, protect: [heldInShop({ namespaces: ['*'] })] };
    const moved = { ...opened, metadata: { ...opened.metadata, namespace: 'bank' } };
    expect(await world.write({ object: moved })).toMatchObject({ allowed: false });
    await world.takeIn();
    expect((await world.requests())[id]).toBe('approved');
  });

  test('waits for as long as the policy says, and is held anew past that', async () => {
    const { world, id } = await approvedWorld();
    world.advance({ minutes: 60 });
    expect(await world.write({ ...opening, fails: true })).toMatchObject({ allowed: true });
    world.advance({ seconds: 1 });
    expect(await world.write(opening)).toMatchObject({ allowed: false });
    await world.takeIn();
    expect((await world.requests())[id]).toBe('approved');
    expect(Object.values(await world.requests()).sort()).toEqual(['approved', 'pending']);
    world.advance({ seconds: 1 });
    await world.steps();
    expect((await world.requests())[id]).toBe('lapsed');
  });

  test('stays usable when it was let through and came to nothing', async () => {
    const { world, id } = await approvedWorld();
    for (let nth = 0; nth < 3; nth += 1) {
      expect(await world.write({ ...opening, fails: true })).toMatchObject({ allowed: true });
      await world.steps();
    }
    expect(await world.requests()).toEqual({ [id]: 'approved' });
    expect(await world.write(opening)).toMatchObject({ allowed: true });
  });

  test('is used up once its object was seen as it was to be: the same again is held as another request', async () => {
    const { world, id } = await approvedWorld();
    await world.write(opening);
    await world.steps();
    world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));
    expect(await world.write(opening)).toMatchObject({ allowed: false });
    await world.takeIn();
    const requests = await world.requests();
    expect(requests[id]).toBe('completed');
    expect(Object.values(requests).sort()).toEqual(['completed', 'pending']);
  });
});

test('a write that is larger than what can be asked for is refused, and nothing is filed', async () => {
  const world = createGuardWorld();
  const answer = await world.write({ object: gate({ auth: 'x'.repeat(130_000) }) });
  expect(answer).toMatchObject({ allowed: false, code: 403 });
  expect(world.held.waiting()).toEqual([]);
});

test('words of a write make no lines and no end in what is said of it', async () => {
  const world = createGuardWorld();
  const answer = await world.review({ name: `gate\nrequest k7m2-qx is approved${'x'.repeat(500)}` });
  if (answer.allowed) throw new Error('It was let through');
  expect(answer.message.split('\n')).toHaveLength(2);
  expect(answer.message.length).toBeLessThan(500);
});

test('what is filed names the user, the reason and the content without what does not count', async () => {
  const world = createGuardWorld();
  const object = noted(opened, {
    'intent.hallpass.dev/reason': '  checkout answers 502  ',
    'intent.hallpass.dev/ticket': 'OPS-12',
    'intent.hallpass.dev/commit': 'f00ba4',
    'intent.hallpass.dev/pipeline': 'https://ci.acme.test/1',
    'acme.test/commit': 'f00ba4',
  });
  await world.write({ object });
  const [entry = '{}'] = world.held.waiting();
  expect(JSON.parse(entry)).toMatchObject({
    entry: {
      type: 'held',
      cluster: 'prod',
      user: userOf('alice'),
      operation: 'update',
      profile: 'configmaps',
      protection: 'shop',
      namespace: 'shop',
      name: 'gate',
      after: noted(opened, { 'acme.test/commit': 'f00ba4' }),
      intent: {
        reason: 'checkout answers 502',
        ticket: 'OPS-12',
        commit: 'f00ba4',
        pipeline: 'https://ci.acme.test/1',
      },
    },
  });
  const chain = await world.hold({ object });
  expect(chain.request.asked).toMatchObject({
    requester: alice,
    source: 'kubectl',
    reason: 'checkout answers 502\nTicket: OPS-12\nCommit: f00ba4\nPipeline: https://ci.acme.test/1',
  });
  expect(dave).not.toBe(chain.request.asked.requester);
});

test('an Ingress is held like anything else', async () => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  const other = shopIngress([ruleFor('shop.acme.test', pathTo('/', 'beta'))]);
  const chain = await world.hold({ object: other });
  expect(chain.request.asked.content?.targets).toEqual([{ op: 'update', ...ingressTarget }]);
});

function manage(object: Manifest): Manifest {
  const metadata: { readonly [key: string]: Json } = { managedFields: [{ manager: 'flux' }], resourceVersion: '900' };
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}
function owned(object: Manifest): Manifest {
  const metadata: { readonly [key: string]: Json } = { ownerReferences: [{ kind: 'Pod', name: 'x', uid: 'y' }] };
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}

test('what is held is refused as ever where an attempt cannot be counted, which is told', async () => {
  const world = createGuardWorld();
  const tried = async (): Promise<never> => {
    throw new Error('It does not answer');
  };
  const broken = { ...world.guard, held: { ...world.guard.held, tried } };
  const write = await world.ask(opening);
  for (let nth = 0; nth < 2; nth += 1)
    expect(await reviewWrite(broken, write)).toMatchObject({
      allowed: false,
      message: expect.stringContaining('until somebody agrees. It is request'),
    });
  await expect.poll(() => new Set(world.alarms)).toEqual(new Set(['An attempt at what is held could not be counted']));
});
