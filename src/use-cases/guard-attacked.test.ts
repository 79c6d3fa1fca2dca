import { describe, expect, test } from 'vitest';
import type { Write } from '#domain/guard/write.ts';
import type { AccessProbe, Manifest } from '#domain/plan.ts';
import { breakGlass } from '#test/build/break-glass-world.ts';
import { changeOver } from '#test/build/changes.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { alice, bob, dave, erin } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { accessOver, profiles } from '#test/build/profiles.ts';
import { gate, setting } from '#test/build/rule-world.ts';
import { shopIngress } from '#test/build/shop-ingress.ts';
import { file, look } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { askAgain } from './ask-again.ts';
import { readContent } from './contents.ts';
import { ownWrite } from './own-write.ts';
import { runStep } from './run-step.ts';
import { settleHeld } from './settle-held.ts';
import { takeInWrites } from './take-in-writes.ts';
import { withPasses } from './with-passes.ts';

const opening = { object: gate({ auth: 'off', limit: '10' }) };
const note = (why: string, object = opening.object) => noted(object, { 'intent.hallpass.dev/break-glass': why });

const shownOf = async (world: GuardWorld, chain: Parameters<typeof look>[1]): Promise<string> => {
  const shown = await readContent(world.bot, (await look(world, chain)).request.asked);
  return shown.type === 'shown' ? shown.content.changes.map(({ diff }) => diff).join('\n') : shown.type;
};
const messageOf = async (world: GuardWorld, writing: Parameters<GuardWorld['write']>[0]): Promise<string> => {
  const answer = await world.write(writing);
  return answer.allowed ? 'let through' : answer.message;
};
/** Puts the gate back as it was, past everything. */
const close = (world: GuardWorld) =>
  world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));

describe('what is let through is what approvers were shown', () => {
  test('so a card that was drawn from another state than the write starts from lets nothing through', async () => {
    const world = createGuardWorld();
    // Alice wants the gate open for good, and everybody would say no. It is held from { auth: on }.
    const wanted = { object: gate({ auth: 'off', limit: '11' }) };
    const held = await world.hold(wanted);
    expect(await shownOf(world, held)).toContain('auth');
    // For ten minutes it is open anyway, by a change that was approved for a time.
    const temporary = await world.approve(await file(world, setting({ auth: 'off' })));
    await world.steps();
    // Its card would say by now that only the limit changes.
    const { id } = held.request.asked;
    for (const revision of [1, 2]) await approveRequest(world.bot, { by: bob, id, revision });
    world.advance({ minutes: 11 });
    await world.steps();
    expect((await look(world, temporary)).request.state.status).toBe('revoked');
    expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'on', limit: '10' });
    // That opens the gate for good.
    expect(await world.write(wanted)).toMatchObject({ allowed: false });
  });

  test('so a key named __proto__, which a ConfigMap may have, is in it', async () => {
    const world = createGuardWorld();
    const parsed = (text: string) => JSON.parse(text) as Manifest;
    const smuggled = parsed(
      JSON.stringify(gate({ auth: 'on', limit: '11' })).replace('"limit"', '"__proto__":"smuggled","limit"'),
    );
    const write: Partial<Write> = { after: smuggled };
    expect(await world.review(write)).toMatchObject({ allowed: false });
    await world.takeIn();
    const [id] = Object.keys(await world.requests());
    if (id === undefined) return;
    const pending = await look(world, { request: { asked: { id } } } as never);
    const shown = await shownOf(world, pending);
    await world.approve(pending);
    const answer = await world.review(write);
    expect({ allowed: answer.allowed, isShown: shown.includes('smuggled') }).not.toEqual({
      allowed: true,
      isShown: false,
    });
  });
});

describe('an approval is good once', () => {
  test('also when its object was changed again before anybody looked whether it was made', async () => {
    const world = createGuardWorld();
    const chain = await world.approve(await world.hold(opening));
    expect(await world.write(opening)).toMatchObject({ allowed: true });
    // Seconds later a controller writes to it (a finalizer, a count, …), and only then the worker looks.
    world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'off', limit: '12' } }));
    await settleHeld(world.worker);
    // It is put back, because it was wrong.
    close(world);
    world.advance({ minutes: 30 });
    expect(await world.write(opening)).toMatchObject({ allowed: false });
    expect((await look(world, chain)).request.state.status).not.toBe('lapsed');
  });
});

describe('a write that was refused', () => {
  test('because nobody could try it is not said to be a request ten minutes later', async () => {
    const world = createGuardWorld();
    const away = {
      ...world.bot,
      draft: async () => {
        throw new Error('No worker answers');
      },
    };
    await world.write(opening);
    await takeInWrites(away);
    expect(await messageOf(world, opening)).toContain('cannot be asked for');
    world.advance({ minutes: 11 });
    await world.write(opening);
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });

  test('to two strangers is not kept from its real author for more than a year', async () => {
    const world = createGuardWorld();
    for (const user of ['stranger', 'another']) {
      await world.write({ ...opening, user });
      await world.takeIn();
    }
    world.advance({ hours: 24 * 30 });
    await world.write(opening);
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });
});

describe('somebody who may not break glass', () => {
  test('does not take an approved write from its author by trying twice', async () => {
    const world = createGuardWorld();
    await world.approve(await world.hold(opening));
    for (const why of ['one', 'two']) await world.write({ object: note(why), user: userOf('dave') });
    await world.takeIn();
    world.advance({ minutes: 11 });
    expect(await world.write(opening)).toMatchObject({ allowed: true });
  });

  test('does not get past a denial by trying twice', async () => {
    const world = createGuardWorld();
    const { id } = (await world.deny(await world.hold(opening))).request.asked;
    for (const why of ['one', 'two']) await world.write({ object: note(why), user: userOf('dave') });
    await world.takeIn();
    expect(await messageOf(world, opening)).toContain(`was denied, as request ${id}`);
    await world.takeIn();
    expect(Object.keys(await world.requests())).toEqual([id]);
  });

  test('does not break it through a controller for which somebody answers who may', async () => {
    const flux = 'system:serviceaccount:flux-system:kustomize-controller';
    const writers = [{ user: flux, name: 'Flux', responsible: erin, selfHeals: true }];
    const world = createGuardWorld({ isPrompt: true });
    world.settings.policy = policy({
      rules: [rule({ permanent: true, breakGlass, ask: ['developers', 'platform', 'security'] })],
      protect: [heldInShop({ writers })],
      groups: new Map([...groups, ['oncall', { type: 'people', people: [erin] }]]),
    });
    // Whoever may push to the repository has it in a manifest.
    const answer = await world.write({ object: note('please'), user: flux });
    expect(answer).toMatchObject({ allowed: false });
  });
});

describe('a deletion that was let through', () => {
  const going = (finalizers: readonly string[]): Manifest =>
    ({
      ...gate({ auth: 'on', limit: '10' }),
      metadata: {
        name: 'gate',
        namespace: 'shop',
        ...(finalizers.length === 0 ? {} : { finalizers }),
        deletionTimestamp: '2026-11-02T12:00:00Z',
        deletionGracePeriodSeconds: 0,
      },
    }) as Manifest;

  test.each([
    ['system:serviceaccount:kube-system:generic-garbage-collector', 'foregroundDeletion'],
    ['system:serviceaccount:kube-system:generic-garbage-collector', 'orphan'],
    ['system:serviceaccount:kube-system:aws-load-balancer-controller', 'ingress.k8s.aws/resources'],
  ])('is finished by %s, which takes away its finalizer %s', async (user, finalizer) => {
    const world = createGuardWorld();
    const answer = await world.review({ user, before: going([finalizer]), after: going([]) });
    expect(answer).toMatchObject({ allowed: true });
  });
});

describe('a grant', () => {
  test('whose card warned of something else than danger covers nothing that is HIGH', async () => {
    const world = createGuardWorld();
    const watching = profiles.map(({ bindings, ...one }) =>
      one.name === 'ingress-edit'
        ? {
            name: one.name,
            title: one.title,
            bindings: [
              ...bindings,
              { in: 'requested', rules: [{ apiGroups: [''], resources: ['events'], verbs: ['watch'] }] },
            ],
          }
        : { ...one, bindings },
    );
    world.settings.kinds = [accessOver(watching), ...world.settings.kinds.filter(({ name }) => name !== 'access')];
    const secured = noted(shopIngress(), {
      'nginx.ingress.kubernetes.io/auth-type': 'basic',
      'nginx.ingress.kubernetes.io/auth-secret': 'people',
    });
    world.cluster.put(secured);
    const chain = await world.approve(await file(world));
    await world.steps();
    expect((await look(world, chain)).request.state.status).toBe('active');
    // All that its card says is "An open watch goes on after the end", and this takes the password off.
    expect(await world.write({ object: shopIngress() })).toMatchObject({ allowed: false });
  });
});

describe('breaking glass', () => {
  test('twice before the bot is there is one request: the API server itself asks twice about what is refused', async () => {
    const world = createGuardWorld();
    world.settings.policy = policy({
      rules: [rule({ permanent: true, breakGlass })],
      protect: [heldInShop()],
      groups: new Map([...groups, ['oncall', { type: 'people', people: [alice] }]]),
    });
    for (let nth = 0; nth < 2; nth += 1)
      expect(await world.write({ object: note('checkout is down') })).toMatchObject({ allowed: false });
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['approved']);
  });
});

test('what nobody made a request of is not remembered for a month', async () => {
  const world = createGuardWorld();
  for (const user of ['invented-1', 'invented-2']) {
    await world.write({ object: gate({ auth: user }), user });
    await world.takeIn();
  }
  world.advance({ hours: 2 });
  for (const user of ['invented-1', 'invented-2']) {
    const fingerprint = await world.fingerprint({ object: gate({ auth: user }) });
    expect(await world.held.intake.attempts(fingerprint)).toBeUndefined();
  }
});

test('invented users of one line of writers make no more requests in a minute than one user may', async () => {
  const writers = [{ user: 'system:serviceaccount:ci-*:deployer', name: 'CI', responsible: dave, selfHeals: false }];
  const world = createGuardWorld({ protect: [heldInShop({ writers })] });
  for (let nth = 0; nth < 60; nth += 1) {
    await world.review({ user: `system:serviceaccount:ci-${nth}:deployer`, after: gate({ auth: String(nth) }) });
    await world.takeIn();
  }
  expect(Object.keys(await world.requests()).length).toBeLessThanOrEqual(30);
});

test('a Role or RoleBinding whose name has a colon or a capital in it can be asked for', () => {
  const kind = changeOver();
  for (const name of ['shop:deployers', 'Deployers']) {
    const after = { ...gate({}), metadata: { name, namespace: 'shop' } };
    expect(kind.holds?.ask({ profile: 'configmaps', operation: 'create', name, after })).toMatchObject({ ok: true });
  }
});

test('a huge object keeps no guard from answering others, whoever writes it and whatever they hold', async () => {
  const world = createGuardWorld({ protect: [heldInShop({ resources: ['networkpolicies'] })] });
  const policyWith = (shift: number): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'wide', namespace: 'shop' },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              ipBlock: {
                cidr: '0.0.0.0/0',
                except: Array.from({ length: 60_000 }, (_, nth) => {
                  const at = nth + shift;
                  return `${((at >> 16) % 200) + 1}.${(at >> 8) & 255}.${at & 255}.0/24`;
                }),
              },
            },
          ],
        },
      ],
    },
  });
  const [before, after] = [policyWith(0), policyWith(3)];
  // What etcd takes.
  expect(JSON.stringify(after).length).toBeLessThan(1_500_000);
  const review = async (user: string): Promise<number> => {
    const at = performance.now();
    // A dry run leaves no trace, and needs no more than the right to write there.
    await world.review({
      group: 'networking.k8s.io',
      resource: 'networkpolicies',
      name: 'wide',
      ...{ before, after, user, dryRun: true },
    });
    return performance.now() - at;
  };
  const usual = await review('whom-nobody-knows');
  // Alice holds no grant at all.
  expect(await review(userOf('alice'))).toBeLessThan(usual + 800);
});

test('Hallpass makes a Service where Services are protected: a trial is given another address than the write itself', async () => {
  const services = {
    name: 'services',
    title: 'Services',
    group: '',
    version: 'v1',
    resource: 'services',
    kind: 'Service',
  };
  const world = createGuardWorld({ protect: [heldInShop({ resources: ['services'] })] });
  world.settings.kinds = [accessOver(), changeOver([{ ...services, operations: ['create', 'update', 'delete'] }])];
  let given = 0;
  const { tryWrite } = world.cluster;
  Object.assign(world.cluster, {
    tryWrite: async (...[manifest, options]: Parameters<typeof tryWrite>) => {
      const tried = await tryWrite(manifest, options);
      if (tried.type === 'moved') return tried;
      given += 1;
      const spec = { clusterIP: `10.96.0.${given}`, ...(tried.live.spec as object) };
      return { ...tried, live: { ...tried.live, spec } };
    },
  });
  const manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'beta', namespace: 'shop' },
    spec: { ports: [{ port: 80 }] },
  };
  const asking = { kind: 'change', duration: '10m', ask: { edits: [{ do: 'manifest', manifest }] } };
  const chain = await world.approve(await file(world, asking));
  await world.steps().catch(() => undefined);
  expect((await look(world, chain)).request.state.status).toBe('active');
});

test('a forged review under a grant puts nothing into its log that nobody can read any more', async () => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  const chain = await world.approve(await file(world));
  await world.steps();
  const { id } = chain.request.asked;
  const size = async () => (await world.store.read(id)).join('').length;
  const before = await size();
  const name = `web\n${'x'.repeat(1_000_000)}`;
  const after = noted(shopIngress(), { 'acme.test/owner': 'shop' });
  const { group, resource } = { group: 'networking.k8s.io', resource: 'ingresses' };
  await world.review({ operation: 'create', ...{ group, resource, name, after }, before: undefined });
  expect(Math.max(0, ...world.held.waiting().map(({ length }) => length))).toBeLessThan(120_000);
  await world.takeIn();
  // Whoever ends the grant reads all of it first, within two seconds.
  expect((await size()) - before).toBeLessThan(10_000);
});

test('a forged review in its author’s name does not use up what was approved', async () => {
  const world = createGuardWorld();
  await world.approve(await world.hold(opening));
  const write = await world.ask(opening);
  const metadata = { ...write.before?.metadata, uid: 'forged', resourceVersion: '1' };
  await world.review({ ...write, uid: 'forged', before: { ...write.before, metadata } as Manifest });
  expect(await world.write(opening)).toMatchObject({ allowed: true });
});

describe('what was taken in, and is handed out again after a crash,', () => {
  test('does not bring a denial back over what was asked again', async () => {
    const world = createGuardWorld();
    await world.write(opening);
    const settle = async (): Promise<never> => {
      throw new Error('The bot was stopped');
    };
    await takeInWrites({ ...world.bot, intake: { ...world.held.intake, settle } });
    const [id] = Object.keys(await world.requests());
    const { by, reason } = { by: alice, reason: 'the release is out' };
    await world.deny(await look(world, { request: { asked: { id } } } as never));
    const again = await askAgain(world.bot, { by, id: id as never, reason });
    if (!again.ok) throw new Error('It was not asked again');
    await world.approve(again.value);
    world.advance({ seconds: 31 });
    await world.takeIn();
    expect(await world.write(opening)).toMatchObject({ allowed: true });
  });
});

test('what was changed for a time on a protected object is taken back by a worker that cannot read its policy', async () => {
  const world = createGuardWorld();
  const chain = await world.approve(await file(world, setting({ auth: 'off' })));
  await world.steps();
  expect((await look(world, chain)).request.state.status).toBe('active');
  // It was stopped and started again, and somebody has broken a file meanwhile.
  const settings = (): never => {
    throw new Error('The policy cannot be read');
  };
  const blind = { ...world.worker, settings };
  const worker = { ...blind, clusters: new Map([['prod', withPasses(blind, world.guarded)]]) };
  world.advance({ minutes: 11 });
  for (let nth = 0; nth < 3; nth += 1) await runStep(worker, chain.request.asked.id).catch(() => undefined);
  expect((await world.cluster.get(gateTarget))?.live.data).toEqual({ auth: 'on', limit: '10' });
});

test('whether somebody may create an object is asked as Kubernetes asks it: without a name', async () => {
  const world = createGuardWorld();
  const object = { ...gate({ auth: 'on' }), metadata: { name: 'gate-2', namespace: 'shop' } };
  const chain = await world.approve(await world.hold({ object }));
  const probes: AccessProbe[] = [];
  Object.assign(world.cluster, {
    review: async (_: unknown, probe: AccessProbe) => {
      probes.push(probe);
      return { allowed: true, reason: '' };
    },
  });
  // A rule with resourceNames allows it with a name, and never lets anybody create anything.
  expect((await ownWrite(world.bot, { by: alice, id: chain.request.asked.id, isTheirs: true })).ok).toBe(true);
  expect(probes).toMatchObject([{ verb: 'create', resource: 'configmaps' }]);
  expect(probes[0]?.name).toBeUndefined();
});

describe('breaking glass that was refused', () => {
  const onCall = () => {
    const world = createGuardWorld();
    world.settings.policy = policy({
      rules: [rule({ permanent: true, breakGlass })],
      protect: [heldInShop()],
      groups: new Map([...groups, ['oncall', { type: 'people', people: [alice] }]]),
    });
    return world;
  };
  const breaking = { object: note('checkout is down') };

  test('because nobody answered for a moment goes through a moment later', async () => {
    const world = onCall();
    await world.write(breaking);
    const draft = async (): Promise<never> => {
      throw new Error('No worker answers');
    };
    await takeInWrites({ ...world.bot, draft });
    expect(await messageOf(world, breaking)).toContain('cannot be asked for');
    world.advance({ minutes: 1 });
    await world.write(breaking);
    await world.takeIn();
    expect(await world.write(breaking)).toMatchObject({ allowed: true });
  });

  test('by the policy goes through soon after the policy allows it', async () => {
    const world = onCall();
    const allowing = world.settings.policy;
    world.settings.policy = policy({ rules: [rule({ permanent: true })], protect: [heldInShop()] });
    await world.write(breaking);
    await world.takeIn();
    expect(await messageOf(world, breaking)).toContain('break-glass');
    world.settings.policy = allowing;
    world.advance({ minutes: 1 });
    await world.write(breaking);
    await world.takeIn();
    expect(await world.write(breaking)).toMatchObject({ allowed: true });
  });
});

test('a person whose name also fits a line of writers is not refused because those write too much', async () => {
  const writers = [{ user: '*', name: 'CI', responsible: dave, selfHeals: false }];
  const world = createGuardWorld({ protect: [heldInShop({ writers })] });
  for (let nth = 0; nth < 31; nth += 1)
    await world.review({ user: 'system:serviceaccount:ci:deployer', after: gate({ auth: String(nth) }) });
  expect(await messageOf(world, opening)).not.toContain('too many');
});
