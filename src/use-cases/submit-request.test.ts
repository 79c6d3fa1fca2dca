import { describe, expect, test } from 'vitest';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { later } from '#test/build/requests.ts';
import { asking, createWorld, file, type World } from '#test/build/world.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import type { BotPorts } from './ports.ts';
import { submitRequest } from './submit-request.ts';

const refused = async (bot: BotPorts, changed: Partial<Asking> = {}): Promise<SubmitRefusal> => {
  const filed = await submitRequest(bot, asking(changed));
  if (filed.ok) throw new Error('It was filed');
  expect(await bot.store.inStatus('pending', 10)).toEqual([]);
  return filed.error;
};
const only = (namespaces: readonly string[]) => ({ clusters: ['*'], namespaces, kinds: ['*'], profiles: ['*'] });

describe('a request that is in order', () => {
  test('is pending until its time to answer is over, under the rule as it stands now', async () => {
    const world = createWorld();
    const { request } = await file(world);
    expect(request).toMatchObject({
      state: { status: 'pending', votes: [] },
      asked: {
        requester: alice,
        subject: alice,
        seconds: 1_800,
        revision: 1,
        approval: { rule: 'shop', quorum: [{ from: 'platform', count: 1 }], channel: 'C02APPROVE' },
        respondBy: later(60),
      },
    });
    expect(await world.store.inStatus('pending', 10)).toEqual([request.asked.id]);
  });

  test('names the policy that its rule is of, though another one takes its place meanwhile', async () => {
    const world = createWorld();
    const bot: BotPorts = {
      ...world.bot,
      clock: {
        now: async () => {
          world.settings.policy = policy({ hash: 'another', rules: [rule({ name: 'other' })] });
          return world.bot.clock.now();
        },
      },
      settings: () => ({ ...world.settings }),
    };
    const filed = await submitRequest(bot, asking());
    expect(filed.ok && filed.value.request.asked.approval).toMatchObject({
      rule: 'shop',
      policyHash: 'hash of the policy',
    });
  });

  test('asks for its card and its time-out', async () => {
    const world = createWorld();
    await file(world);
    expect(world.jobs.waiting().map((job) => job.do)).toEqual(['time-out', 'show']);
  });

  test('lasts as long as was asked, up to the longest', async () => {
    const world = createWorld();
    expect((await file(world, { duration: '2h' })).request.asked.seconds).toBe(7_200);
  });

  test('may be for somebody else, who must be a member and have a Kubernetes user', async () => {
    const world = createWorld();
    expect((await file(world, { subject: dave })).request.asked).toMatchObject({ requester: alice, subject: dave });
  });

  test('is filed although a group that the rule does not need cannot be looked up', async () => {
    const world = createWorld();
    world.directory.groups.clear();
    await file(world);
    expect(world.alarms).toEqual(['The members of a group could not be looked up; it lets nobody in']);
  });

  test('changes nothing in the cluster', async () => {
    const world = createWorld();
    await file(world);
    expect(world.cluster.objects()).toEqual([]);
  });

  test('is filed once, however often the same form comes', async () => {
    const world = createWorld();
    const { id } = (await file(world)).request.asked;
    const again = await Promise.all(Array.from({ length: 5 }, () => submitRequest(world.bot, asking())));
    for (const one of again) expect(one).toEqual({ ok: false, error: { type: 'filed-before', id } });
    expect(await world.store.inStatus('pending', 10)).toEqual([id]);
  });

  test('is filed once when the same form comes several times at once', async () => {
    const world = createWorld();
    const all = await Promise.all(Array.from({ length: 10 }, () => submitRequest(world.bot, asking())));
    expect(all.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.store.inStatus('pending', 20)).toHaveLength(1);
  });

  test('gets another id when its own is taken', async () => {
    const world = createWorld();
    const bytes = [1, 1, 1, 2, 3].map((value) => new Uint8Array(6).fill(value));
    const random = (): Uint8Array => bytes.shift() ?? new Uint8Array(6);
    const bot = { ...world.bot, random };
    const first = await submitRequest(bot, asking({ origin: 'one' }));
    const second = await submitRequest(bot, asking({ origin: 'two' }));
    expect(first.ok && first.value.request.asked.id).not.toBe(second.ok && second.value.request.asked.id);
    expect(second.ok).toBe(true);
  });

  test('cannot be filed when every id is taken, and says that randomness is broken', async () => {
    const world = createWorld();
    const bot = { ...world.bot, random: () => new Uint8Array(6) };
    await submitRequest(bot, asking({ origin: 'one' }));
    await expect(submitRequest(bot, asking({ origin: 'two' }))).rejects.toThrow('random numbers is broken');
  });
});

describe('nobody but a full member may ask', () => {
  test.each(['guest', 'stranger', 'bot', 'deactivated'] as const)('a %s is refused', async (membership) => {
    const world = createWorld();
    world.directory.memberships.set(alice, membership);
    expect(await refused(world.bot)).toEqual({ type: 'not-a-member', membership });
  });

  test('somebody whom Slack does not know is refused', async () => {
    const world = createWorld();
    world.directory.memberships.delete(alice);
    expect(await refused(world.bot)).toEqual({ type: 'not-a-member', membership: 'unknown' });
  });

  test('nor for anybody but a full member', async () => {
    const world = createWorld();
    world.directory.memberships.set(dave, 'deactivated');
    expect(await refused(world.bot, { subject: dave })).toEqual({ type: 'not-a-member', membership: 'deactivated' });
  });

  test('and when Slack cannot be asked, the answer is no', async () => {
    const world = createWorld();
    world.directory.down.add('person');
    expect(await refused(world.bot)).toEqual({ type: 'lookup-failed', what: 'who you are' });
    expect(world.alarms).toEqual(['Slack could not say who somebody is; they were refused']);
  });
});

describe('nobody may ask whom the policy does not let', () => {
  test('being in no group that may ask is a no, rule by rule', async () => {
    const world = createWorld();
    expect(await refused(world.bot, { by: bob, subject: bob })).toEqual({
      type: 'not-allowed',
      passed: [{ rule: 'shop', why: 'requester not in its groups' }],
    });
  });

  test('when the groups cannot be looked up, the answer is no and says so', async () => {
    const world = createWorld();
    world.directory.down.add('members');
    expect(await refused(world.bot)).toMatchObject({
      type: 'lookup-failed',
      what: expect.stringContaining('developers'),
    });
  });

  test('what may be asked is the requester’s, not the subject’s', async () => {
    const world = createWorld();
    expect(await refused(world.bot, { by: bob, subject: alice })).toMatchObject({ type: 'not-allowed' });
  });

  test('the policy answers before the cluster: a namespace that is there and one that is not sound the same', async () => {
    const world = createWorld();
    world.settings.policy = policy({ rules: [rule({ match: only(['shop']) })] });
    const there = await refused(world.bot, { namespace: 'bank' });
    const nowhere = await refused(world.bot, { namespace: 'no-such-place' });
    expect(there).toEqual(nowhere);
    expect(there).toMatchObject({ type: 'not-allowed' });
    expect(world.cluster.calls()).toEqual([]);
  });

  test('the namespace that Hallpass lives in is nobody’s to ask for', async () => {
    const world = createWorld();
    expect(await refused(world.bot, { namespace: 'hallpass' })).toEqual({ type: 'not-allowed', passed: [] });
    expect(world.cluster.calls()).toEqual([]);
  });
});

/** Lets the rule speak of a profile that reaches further than the namespace: by its name. */
const naming = ({ settings }: World, profile: string): void => {
  const match = { clusters: ['*'], namespaces: ['*'], kinds: ['*'], profiles: ['*', profile] };
  settings.policy = policy({ rules: [rule({ match })] });
};

test('a profile that reaches further is refused where the rule does not name it', async () => {
  const world = createWorld();
  const ask = { profile: 'ingress-debug', objects: [] };
  expect(await refused(world.bot, { ask })).toMatchObject({ type: 'not-allowed' });
  naming(world, 'ingress-debug');
  await file(world, { ask });
});

describe('what is asked must make sense', () => {
  const unclear: readonly (readonly [string, Partial<Asking>, string, string])[] = [
    [
      'a kind that there is not',
      { kind: 'sudo' },
      'kind',
      'There is no kind "sudo". The form behind /jit shows what you may ask for.',
    ],
    [
      'a cluster that there is not',
      { cluster: 'mars' },
      'cluster',
      'There is no cluster "mars". The form behind /jit shows what you may ask for.',
    ],
    ['a profile that there is not', { ask: { profile: 'admin', objects: [] } }, 'ask', 'There is no profile "admin".'],
    ['a hostile name', { ask: { profile: 'ingress-edit', objects: ['a\nb'] } }, 'ask', 'not the name of an object'],
    ['no reason', { reason: ' \n ' }, 'reason', 'Say why, so that approvers can judge it.'],
    ['a novel for a reason', { reason: 'x'.repeat(1_001) }, 'reason', 'at most 1000 characters; these are 1001.'],
    ['a duration that is none', { duration: 'soon' }, 'duration', '"soon" is not a duration.'],
    ['too long a duration', { duration: '3h' }, 'duration', '3h is longer than the 2h that the rule "shop" allows.'],
    [
      'a namespace that there is not',
      { namespace: 'shopp' },
      'namespace',
      'There is no namespace "shopp" in cluster "prod"',
    ],
    ['no namespace', { namespace: '' }, 'namespace', 'is not the name of a namespace'],
    ['a path for a namespace', { namespace: '../nodes' }, 'namespace', 'is not the name of a namespace'],
    ['a namespace of many lines', { namespace: 'shop\nbank' }, 'namespace', 'is not the name of a namespace'],
  ];
  test.each(unclear)('%s is refused with what to do', async (_, changed, field, why) => {
    const { bot } = createWorld();
    const refusal = await refused(bot, changed);
    expect(refusal).toMatchObject({ type: 'unclear', field });
    expect(refusal.type === 'unclear' && refusal.why).toContain(why);
  });

  test('a namespace that is being deleted is refused', async () => {
    const world = createWorld();
    world.cluster.terminateNamespace('shop');
    expect(await refused(world.bot)).toMatchObject({ type: 'unclear', field: 'namespace' });
  });

  test('a profile whose other namespace is not there is refused', async () => {
    const world = createWorld();
    naming(world, 'ingress-debug');
    world.cluster.removeNamespace('ingress-nginx');
    const refusal = await refused(world.bot, { ask: { profile: 'ingress-debug', objects: [] } });
    expect(refusal).toMatchObject({ field: 'namespace', why: expect.stringContaining('"ingress-nginx"') });
  });

  test('what the cluster cannot say is a no, and an administrator is told', async () => {
    const world = createWorld();
    world.cluster.breakDown(() => new Error('connection refused'));
    expect(await refused(world.bot)).toEqual({ type: 'lookup-failed', what: 'cluster "prod"' });
    expect(world.alarms).toEqual(['A cluster did not answer; nobody can ask for anything in it']);
  });
});

describe('whom it is for must be known', () => {
  test('a person without a Kubernetes user is refused', async () => {
    const { bot } = createWorld();
    expect(await refused(bot, { subject: carol })).toEqual({ type: 'unmapped', person: carol, why: 'none' });
  });

  test('a person who shares a Kubernetes user is refused', async () => {
    const world = createWorld();
    const kubernetes = { user: 'Alice@Example.com', groups: [] };
    world.settings.identities = [...world.settings.identities, { person: erin, kubernetes }];
    expect(await refused(world.bot)).toEqual({ type: 'unmapped', person: alice, why: 'shared' });
  });
});

/** Gives alice rights for good, as somebody else would. */
const grantForGood = ({ cluster }: World, verbs: readonly string[]): void => {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: 'standing', namespace: 'shop' };
  const apiGroup = 'rbac.authorization.k8s.io';
  cluster.put({
    apiVersion,
    kind: 'Role',
    metadata,
    rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs }],
  });
  cluster.put({
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'Role', name: 'standing' },
    subjects: [{ apiGroup, kind: 'Group', name: 'dev' }],
  });
};

describe('what one has already', () => {
  const view = { profile: 'ingress-view', objects: [] };

  test('is not asked for again; the binding that allows it is named', async () => {
    const world = createWorld();
    grantForGood(world, ['get', 'list']);
    const refusal = await refused(world.bot, { ask: view });
    expect(refusal).toEqual({
      type: 'already-have',
      who: 'you',
      allowedBy: expect.stringContaining('RoleBinding "standing/shop"'),
    });
  });

  test('by somebody else is said without what allows it', async () => {
    const world = createWorld();
    grantForGood(world, ['get', 'list']);
    const refusal = await refused(world.bot, { by: dave, subject: alice, ask: view });
    expect(refusal).toEqual({ type: 'already-have', who: 'they', allowedBy: '' });
  });

  test('of who answers for an agent is not the agent’s to read', async () => {
    const world = createWorld();
    grantForGood(world, ['get', 'list']);
    const refusal = await refused(world.bot, { ask: view, caller: { name: 'helper', agent: true }, source: 'mcp' });
    expect(refusal).toEqual({ type: 'already-have', who: 'they', allowedBy: '' });
  });

  test('in part only is asked for', async () => {
    const world = createWorld();
    grantForGood(world, ['get']);
    await file(world, { ask: view });
  });
});

describe('a flood', () => {
  test('of one person ends at twenty that wait; others still ask', async () => {
    const world = createWorld();
    for (let index = 0; index < 20; index += 1) await file(world, { origin: `form ${index}` });
    const [more, other] = await Promise.all([
      submitRequest(world.bot, asking({ origin: 'one more' })),
      submitRequest(world.bot, asking({ origin: 'of dave', by: dave, subject: dave })),
    ]);
    expect(more).toEqual({ ok: false, error: { type: 'too-many', limit: 20, of: 'yours' } });
    expect(other.ok).toBe(true);
  });

  test('of everybody ends at two thousand', async () => {
    const { bot, store } = createWorld();
    const full = { ...store, countPending: async () => ({ total: 2_000, own: 0, unasked: 0 }) };
    expect(await refused({ ...bot, store: full })).toEqual({ type: 'too-many', limit: 2_000, of: 'all' });
  });
});
