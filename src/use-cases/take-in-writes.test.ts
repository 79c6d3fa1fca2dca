import { describe, expect, test } from 'vitest';
import { contentMark, writerMark } from '#domain/guard/fingerprint.ts';
import type { Manifest } from '#domain/plan.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { alice, bob, carol, dave } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { gate } from '#test/build/rule-world.ts';
import { approveRequest, withdrawRequest } from './act-on-request.ts';
import { ownWrite } from './own-write.ts';
import { takeInWrites } from './take-in-writes.ts';

const opening = { object: gate({ auth: 'off', limit: '10' }) };
const named = (name: string): Manifest => ({ ...gate({ auth: 'off' }), metadata: { name, namespace: 'shop' } });

/** What it is refused with once the bot has looked at it. */
const refusalOf = async (world: GuardWorld, writing: Parameters<GuardWorld['write']>[0] = opening): Promise<string> => {
  await world.write(writing);
  await world.takeIn();
  const answer = await world.write(writing);
  if (answer.allowed) throw new Error('It was let through');
  return answer.message;
};

describe('what a guard has held', () => {
  test('is asked for by its author, for good, as it was written', async () => {
    const world = createGuardWorld();
    const object = noted(opening.object, { 'acme.test/commit': 'f00ba4' });
    const { asked, state } = (await world.hold({ object })).request;
    const fingerprint = await world.fingerprint({ object });
    const { digest } = world.bot.trust;
    expect(state.status).toBe('pending');
    expect(asked).toMatchObject({
      kind: 'change',
      cluster: 'prod',
      namespace: 'shop',
      requester: alice,
      subject: alice,
      source: 'kubectl',
      reason: 'No reason was given with the write.',
      content: { targets: [{ op: 'update', ...gateTarget }], risk: 'none' },
      ask: { edits: [{ do: 'held', resource: 'configmaps', name: 'gate', operation: 'update', content: object }] },
    });
    expect(asked.seconds).toBeUndefined();
    expect(asked.held).toEqual({
      fingerprint,
      by: writerMark(fingerprint, userOf('alice'), digest),
      complete: ['retry', 'confirm'],
      retryWithin: 3_600,
      ignore: ['acme.test/commit'],
      after: contentMark(object, 'update', ['acme.test/commit'], digest),
      // As a worker has seen it.
      from: { uid: expect.any(String), version: expect.any(String) },
    });
    expect(JSON.stringify(asked.held)).not.toContain('alice');
    expect(world.held.waiting()).toEqual([]);
  });

  test('may be a creation or a deletion', async () => {
    const world = createGuardWorld();
    const created = await world.hold({ object: named('gate-2') });
    const deleted = await world.hold({ deletes: gateTarget });
    expect(created.request.asked.content?.targets).toMatchObject([{ op: 'create', name: 'gate-2' }]);
    expect(deleted.request.asked.content?.targets).toMatchObject([{ op: 'delete', name: 'gate' }]);
    expect(deleted.request.asked.held?.after).toBeUndefined();
    for (const chain of [created, deleted]) await world.approve(chain);
    expect(await world.write({ object: named('gate-2') })).toMatchObject({ allowed: true });
    expect(await world.write({ deletes: gateTarget })).toMatchObject({ allowed: true });
    await world.steps();
    expect(Object.values(await world.requests())).toEqual(['completed', 'completed']);
  });

  test('may be what only its author can write: Hallpass does not try it, and never makes it', async () => {
    const world = createGuardWorld({ protect: [heldInShop({ resources: ['rolebindings'] })] });
    const object: Manifest = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'mine', namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'User', name: userOf('alice') }],
    };
    await world.write({ object });
    world.cluster.breakDown((method) => (method === 'tryWrite' ? new Error('It was tried') : undefined));
    await world.takeIn();
    world.cluster.mend();
    const chain = await world.hold({ object });
    const { id, held, content } = chain.request.asked;
    expect(held?.complete).toEqual(['retry']);
    expect(content?.targets).toMatchObject([{ op: 'create', kind: 'RoleBinding', name: 'mine' }]);
    await world.approve(chain);
    expect(await ownWrite(world.bot, { by: alice, id, isTheirs: true })).toMatchObject({
      error: { type: 'not-to-be-applied' },
    });
    expect(await world.write({ object })).toMatchObject({ allowed: true });
    await world.steps();
    expect(await world.requests()).toEqual({ [id]: 'completed' });
  });

  test('says where its card is from then on', async () => {
    const world = createGuardWorld();
    const message = await refusalOf(world);
    expect(message).toContain('See https://acme.slack.com/archives/C02APPROVE');
  });

  test('of one person is decided by another, and never by themselves', async () => {
    const world = createGuardWorld();
    const chain = await world.hold({ ...opening, user: userOf('dave') });
    const { id, revision } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: dave, id, revision })).toMatchObject({
      error: { type: 'own-request', as: 'requester' },
    });
    expect((await approveRequest(world.bot, { by: bob, id, revision })).ok).toBe(true);
  });

  test('of one person stays beside what they wrote before: they may have written two things', async () => {
    const world = createGuardWorld();
    for (const limit of ['1', '2', '3']) await world.hold({ object: gate({ limit }) });
    expect(Object.values(await world.requests())).toEqual(['pending', 'pending', 'pending']);
  });

  test('is filed anew when what it was has come to nothing', async () => {
    const world = createGuardWorld();
    const { id } = (await world.hold(opening)).request.asked;
    await withdrawRequest(world.bot, { by: alice, id });
    await world.hold(opening);
    world.advance({ minutes: 61 });
    await world.steps();
    const last = await world.hold(opening);
    expect(Object.values(await world.requests()).sort()).toEqual(['pending', 'timed-out', 'withdrawn']);
    await world.approve(last);
    expect(await world.write(opening)).toMatchObject({ allowed: true });
  });
});

describe('a write that cannot be asked for', () => {
  test('by somebody whom nobody knows says what to do', async () => {
    const world = createGuardWorld();
    const message = await refusalOf(world, { ...opening, user: 'system:serviceaccount:ci:deployer' });
    expect(message).toBe(
      'Hallpass holds writes to ConfigMap shop/gate, and this one cannot be asked for: nobody knows who "system:serviceaccount:ci:deployer" is in Slack. Ask for a line in identities.yaml, or under "writers" of protection "shop" for a pipeline or controller.',
    );
    expect(await world.requests()).toEqual({});
    expect(world.held.waiting()).toEqual([]);
  });

  test('by a user who is two people is nobody’s', async () => {
    const world = createGuardWorld();
    const shared = { user: userOf('alice'), groups: [] };
    world.settings.identities = [...world.settings.identities, { person: bob, kubernetes: shared }];
    expect(await refusalOf(world)).toContain('nobody knows who "alice@example.com" is');
  });

  test.each([
    [[rule({ permanent: false })], userOf('alice'), 'The rule "shop" allows this for a time only.'],
    [[rule({ permanent: true, ask: ['platform'] })], userOf('alice'), 'The policy does not let you ask for this here.'],
    [
      [rule({ name: 'never', refuse: 'Frozen until Monday', approve: [] }), rule({ permanent: true })],
      userOf('alice'),
      'Refused by the rule "never" of the policy: Frozen until Monday',
    ],
    [
      [rule({ permanent: true, match: { ...rule().match, sources: ['slack'] } })],
      userOf('alice'),
      'The policy does not let you ask for this here.',
    ],
  ])('by the policy says so on the next attempt, and nothing is filed', async (rules, user, words) => {
    const world = createGuardWorld({ rules });
    const message = await refusalOf(world, { ...opening, user });
    expect(message).toContain(`and this one cannot be asked for: ${words}`);
    expect(message).not.toMatch(/[`<>]|&lt;/);
    expect(await world.requests()).toEqual({});
    // It is not filed once more by the next attempt.
    expect(world.held.waiting()).toEqual([]);
  });

  test('says so at once when the bot is there', async () => {
    const world = createGuardWorld({ isPrompt: true, rules: [rule({ permanent: false })] });
    expect(await world.write(opening)).toMatchObject({ message: expect.stringContaining('for a time only') });
    expect(await world.requests()).toEqual({});
  });

  test('of one user is not told to another, whose own is filed', async () => {
    const world = createGuardWorld();
    expect(await refusalOf(world, { ...opening, user: 'stranger' })).toContain('nobody knows who "stranger" is');
    expect((await world.hold(opening)).request.asked.requester).toBe(alice);
    expect(await world.write({ ...opening, user: 'stranger' })).toMatchObject({
      message: expect.stringContaining('waits for platform (1)'),
    });
  });

  test('as the policy that protects it has changed just now', async () => {
    const world = createGuardWorld();
    await world.write(opening);
    const { protect } = world.settings.policy;
    world.settings.policy = { ...world.settings.policy, protect: [] };
    await world.takeIn();
    world.settings.policy = { ...world.settings.policy, protect };
    expect(await world.write(opening)).toMatchObject({ message: expect.stringContaining('has changed just now') });
    expect(await world.requests()).toEqual({});
  });

  test('because it cannot be made says what the API server or Hallpass says', async () => {
    const world = createGuardWorld();
    const stamped = { ...opening.object, metadata: { ...opening.object.metadata, labels: { 'hallpass.dev/x': 'y' } } };
    expect(await refusalOf(world, { object: stamped })).toContain('labels and annotations of Hallpass’s own');
    const { metadata } = opening.object;
    const held = { ...opening.object, metadata: { ...metadata, finalizers: ['acme.test/lb'] } } as Manifest;
    expect(await refusalOf(world, { object: held })).toContain('metadata.finalizers cannot be changed');
    expect(await world.requests()).toEqual({});
  });
});

describe('a pipeline or controller', () => {
  const flux = 'system:serviceaccount:flux-system:kustomize-controller';
  const writers = [
    { user: 'system:serviceaccount:flux-system:*', name: 'Flux', responsible: carol, selfHeals: true },
    { user: '*', name: 'CI', responsible: dave, selfHeals: false },
  ];
  const rules = [rule({ permanent: true, ask: ['developers', 'platform'] })];
  const piped = () => createGuardWorld({ protect: [heldInShop({ writers })], rules });

  test('is spoken for by whoever is responsible for it, who does not decide on it', async () => {
    const world = piped();
    const chain = await world.hold({ ...opening, user: flux });
    const { asked } = chain.request;
    expect(asked).toMatchObject({ requester: carol, subject: carol, held: { writer: 'Flux', selfHeals: true } });
    const { id, revision } = asked;
    expect(await approveRequest(world.bot, { by: carol, id, revision })).toMatchObject({
      error: { type: 'own-request', as: 'requester' },
    });
    await world.approve(chain);
    expect(await ownWrite(world.bot, { by: carol, id, isTheirs: true })).toMatchObject({
      error: { type: 'not-to-be-applied' },
    });
    for (const user of [userOf('carol'), 'system:serviceaccount:flux-system:helm-controller', userOf('alice')])
      expect(await world.write({ ...opening, user })).toMatchObject({ allowed: false });
    expect(await world.write({ ...opening, user: flux })).toMatchObject({ allowed: true });
    await world.steps();
    expect(await world.requests()).toEqual({ [id]: 'completed' });
  });

  test('is known by the first line that fits, and a person by their own', async () => {
    const world = piped();
    const by = async (user: string, limit: string) =>
      (await world.hold({ object: gate({ limit }), user })).request.asked;
    const ci = await by('system:serviceaccount:ci:deployer', '1');
    expect(ci).toMatchObject({ requester: dave, held: { writer: 'CI' } });
    expect(ci.held?.selfHeals).toBeUndefined();
    const person = await by(userOf('alice'), '2');
    expect(person.requester).toBe(alice);
    expect(person.held?.writer).toBeUndefined();
  });

  test('that writes other content does not want what it wrote before', async () => {
    const world = piped();
    const before = await world.hold({ ...opening, user: flux });
    world.advance({ seconds: 1 });
    const after = await world.hold({ object: gate({ auth: 'half' }), user: flux });
    expect(await world.requests()).toEqual({
      [before.request.asked.id]: 'withdrawn',
      [after.request.asked.id]: 'pending',
    });
    // What was denied, approved or is about another object stays as it is.
    await world.approve(after);
    await world.hold({ object: named('gate-2'), user: flux });
    await world.hold({ object: gate({ auth: 'never' }), user: flux });
    expect(Object.values(await world.requests()).sort()).toEqual(['approved', 'pending', 'pending', 'withdrawn']);
  });

  test('withdraws nothing of another one, or of whoever is responsible for it', async () => {
    const world = piped();
    const own = { person: carol, kubernetes: { user: userOf('carol'), groups: [] } };
    world.settings.identities = [...world.settings.identities, own];
    await world.hold({ object: gate({ limit: '1' }), user: userOf('carol') });
    await world.hold({ object: gate({ limit: '2' }), user: 'system:serviceaccount:ci:deployer' });
    await world.hold({ object: gate({ limit: '3' }), user: flux });
    expect(Object.values(await world.requests())).toEqual(['pending', 'pending', 'pending']);
  });

  test('stamped with each commit is one request', async () => {
    const world = piped();
    for (const commit of ['a', 'b', 'c'])
      await world.hold({ object: noted(opening.object, { 'acme.test/commit': commit }), user: flux });
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });
});

describe('a bot that crashes while it takes something in', () => {
  const crash = async (): Promise<never> => {
    throw new Error('The bot was stopped');
  };

  test.each(['settle', 'keep', 'say'] as const)('before it could %s has filed it once', async (step) => {
    const world = createGuardWorld();
    await world.write(opening);
    await takeInWrites({ ...world.bot, intake: { ...world.held.intake, [step]: crash } });
    expect(Object.values(await world.requests())).toEqual(['pending']);
    expect(world.held.waiting()).toHaveLength(1);
    await world.takeIn();
    expect(world.held.waiting()).toHaveLength(1);
    world.advance({ seconds: 5 });
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
    expect(world.held.waiting()).toEqual([]);
    expect(await world.write(opening)).toMatchObject({ message: expect.stringContaining('See https://') });
  });

  test('before it was filed files it when it is back; meanwhile it is held', async () => {
    const world = createGuardWorld();
    await world.write(opening);
    await takeInWrites({ ...world.bot, store: { ...world.store, append: crash } });
    expect(await world.requests()).toEqual({});
    expect(world.alarms).toEqual(['What a guard has left could not be taken in; it is tried again']);
    expect(await world.write(opening)).toMatchObject({ allowed: false, message: expect.stringContaining('It is') });
    world.advance({ seconds: 1 });
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
  });

  test('at one entry takes in the others', async () => {
    const world = createGuardWorld();
    for (const limit of ['1', '2', '3']) await world.write({ object: gate({ limit }) });
    let calls = 0;
    await takeInWrites({
      ...world.bot,
      intake: {
        ...world.held.intake,
        keep: async (...given) => {
          calls += 1;
          return calls === 2 ? crash() : world.held.intake.keep(...given);
        },
      },
    });
    expect(Object.values(await world.requests())).toEqual(['pending', 'pending', 'pending']);
    expect(world.held.waiting()).toHaveLength(1);
  });
});

test('nothing is done where nothing was left', async () => {
  const world = createGuardWorld();
  await world.takeIn();
  expect(world.alarms).toEqual([]);
});
