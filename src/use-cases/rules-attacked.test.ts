import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import type { Rule } from '#domain/policy/policy.ts';
import { dayNames } from '#domain/policy/window.ts';
import { everything, matchIf, pattern } from '#test/build/conditions.ts';
import { alice, bob, dave, erin } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { minutes, setting, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, revokeGrant } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { readContent } from './contents.ts';
import { createFollower } from './follow-lapsed.ts';
import type { ClusterWriter } from './ports.ts';
import { checkPending } from './revise-request.ts';
import { runStep } from './run-step.ts';
import { seeInbox } from './see-requests.ts';
import { submitRequest } from './submit-request.ts';

const submit = ({ bot }: World, changed: Partial<Asking> = {}) => submitRequest(bot, asking(changed));
const statusOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state.status;

test('a rule that refuses long times is not passed by leaving the duration out', async () => {
  const long = rule({ name: 'long', match: matchIf('request.seconds > 3600'), refuse: 'an hour at most', approve: [] });
  const usual = rule({ name: 'usual', duration: { default: minutes(120), longest: minutes(240) } });
  // As `rulesIn` reads a rule that refuses.
  const least = Temporal.Duration.from({ seconds: 1 });
  const world = worldOf({ ...long, duration: { default: least, longest: least } }, usual);
  expect(await submit(world, { duration: '2h' })).toMatchObject({ error: { type: 'refused' } });
  const filed = await submit(world, { origin: 'without' });
  expect(filed).toMatchObject({ ok: false, error: { type: 'unclear', field: 'duration' } });
});

/** As somebody else would, in place: the difference that a request makes to the limit stays the same. */
const moveGate = ({ cluster }: World): void =>
  cluster.edit(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' },
    (live) => ({ ...live, data: { auth: 'off', limit: '10' } }) as Manifest,
  );

describe('a condition that decided when it was filed', () => {
  const weak = rule({ name: 'weak', match: matchIf('before[0].data.auth == "on"') });
  const strict = rule({ name: 'strict', approve: [{ from: 'platform', count: 2 }] });

  test('is asked again when the object moved in a place that the difference does not touch', async () => {
    const world = worldOf(weak, strict);
    const chain = await file(world, setting({ limit: '11' }));
    expect(chain.request.asked.approval.rule).toBe('weak');
    moveGate(world);
    expect(await checkPending(world.bot, chain)).toMatchObject({ type: 'impossible' });
  });

  test('holds when it is applied, by what the worker has tried itself', async () => {
    const world = worldOf(weak, strict);
    const chain = await file(world, setting({ limit: '11' }));
    const { id } = chain.request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
    moveGate(world);
    await settle(world);
    expect(await statusOf(world, chain)).toBe('lapsed');
  });

  test('is part of the rule: one that was narrowed since is a rule that has changed since', async () => {
    const world = worldOf(rule({ name: 'small', match: matchIf('int(after[0].data.limit) <= 20') }), strict);
    const chain = await file(world, setting({ limit: '15' }));
    const { id } = chain.request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
    const narrowed = rule({ name: 'small', match: matchIf('int(after[0].data.limit) <= 12') });
    world.settings.policy = policy({ rules: [narrowed, strict], hash: 'another' });
    await settle(world);
    expect(await statusOf(world, chain)).toBe('lapsed');
  });
});

test('a condition judges what the API server would make of it, not what was sent', async () => {
  const plain = rule({
    name: 'plain',
    match: matchIf('after.all(o, !has(o.spec.template.spec.serviceAccountName))'),
  });
  const world = worldOf(plain, rule({ name: 'strict', approve: [{ from: 'platform', count: 2 }] }));
  world.cluster.put({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { spec: { containers: [] } } },
  } as unknown as Manifest);
  // As the API server does: the old name of the field fills the one that counts.
  const { tryWrite } = world.cluster;
  const filling: ClusterWriter['tryWrite'] = async (manifest, options) => {
    const full = structuredClone(manifest) as unknown as {
      spec?: { template?: { spec?: { serviceAccount?: string; serviceAccountName?: string } } };
    };
    const pod = full.spec?.template?.spec;
    if (pod?.serviceAccount !== undefined) pod.serviceAccountName ??= pod.serviceAccount;
    return tryWrite(full as unknown as Manifest, options);
  };
  (world.worker.clusters as Map<string, ClusterWriter>).set('prod', { ...world.cluster, tryWrite: filling });
  const chain = await file(world, {
    kind: 'change',
    duration: '10m',
    ask: {
      edits: [
        {
          do: 'patch',
          resource: 'deployments',
          name: 'web',
          patch: { spec: { template: { spec: { serviceAccount: 'cluster-admin' } } } },
        },
      ],
    },
  });
  expect(chain.request.asked.approval.rule).toBe('strict');
});

describe('a rule for some times that comes before the one that decided', () => {
  const at = (from: string, until: string) => [
    { zone: 'UTC', days: dayNames, from: Temporal.PlainTime.from(from), until: Temporal.PlainTime.from(until) },
  ];
  const first = (changed: Partial<Rule>) =>
    rule({ name: 'first', match: { ...everything, when: at('12:30', '18:00') }, ...changed });

  test.each([
    ['refuses', first({ refuse: 'a freeze', approve: [] })],
    ['wants more people', first({ approve: [{ from: 'platform', count: 2 }] })],
  ])('counts when it is applied, where it %s', async (_, earlier) => {
    const world = worldOf(earlier, rule());
    const chain = await file(world);
    expect(chain.request.asked.approval.rule).toBe('shop');
    world.advance(minutes(45));
    const { id } = chain.request.asked;
    // Approved within the times of the other rule, not only applied.
    await approveRequest(world.bot, { by: bob, id, revision: 1 });
    await settle(world);
    expect(await statusOf(world, chain)).not.toBe('active');
  });
});

test('times are not those of a store whose clock was moved for one question', async () => {
  const night = [
    { zone: 'UTC', days: dayNames, from: Temporal.PlainTime.from('11:00'), until: Temporal.PlainTime.from('12:05') },
  ];
  const world = worldOf(rule({ name: 'window', match: { ...everything, when: night } }));
  const chain = await file(world);
  const { id } = chain.request.asked;
  expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
  world.advance(minutes(8));
  // It lies, but not where the worker holds it against the API server's.
  const clock = {
    now: async () => (world.cluster.calls().at(-1) === 'time' ? world.now() : world.now().subtract({ minutes: 5 })),
  };
  await runStep({ ...world.worker, clock }, id);
  expect(await statusOf(world, chain)).not.toBe('active');
});

describe('before it was tried', () => {
  const counting = (world: World) => {
    let tries = 0;
    const { draft } = world.bot;
    const bot = {
      ...world.bot,
      draft: async (...given: Parameters<typeof draft>) => {
        tries += 1;
        return draft(...given);
      },
    };
    return { bot, tries: () => tries };
  };

  test('nobody has something tried that only rules that refuse are open for', async () => {
    const refusing = rule({ name: 'no', refuse: 'no', approve: [], match: matchIf('request.namespace == "bank"') });
    const world = worldOf(refusing);
    const { bot, tries } = counting(world);
    // What is live is learnt from the refusal: "is so already".
    const refused = await submitRequest(bot, asking(setting({ auth: 'on' })));
    expect(refused).toMatchObject({ ok: false, error: { type: 'not-allowed' } });
    expect(tries()).toBe(0);
  });

  test('what others hold is said to nobody whom no rule lets ask', async () => {
    const world = worldOf(rule({ match: matchIf('"platform" in requester.groups') }));
    world.cluster.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'all' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    } as unknown as Manifest);
    world.cluster.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dave@example.com' }],
    } as unknown as Manifest);
    expect(await submit(world, { subject: dave })).toMatchObject({ ok: false, error: { type: 'not-allowed' } });
  });

  test('which namespaces there are is said to nobody whom no rule lets ask', async () => {
    const world = worldOf(rule({ match: matchIf('"platform" in requester.groups') }));
    expect(await submit(world, { namespace: 'not-there' })).toMatchObject({ error: { type: 'not-allowed' } });
  });
});

describe('a rule that approves by itself', () => {
  const auto = rule({ name: 'dev', auto: true });

  test('gives nothing to somebody who could not have asked for it', async () => {
    const world = worldOf(auto);
    world.settings.identities = [
      ...world.settings.identities,
      { person: erin, kubernetes: { user: 'erin@example.com', groups: [] } },
    ];
    expect(await submit(world, { by: erin, subject: erin })).toMatchObject({ error: { type: 'not-allowed' } });
    const filed = await submit(world, { by: alice, subject: erin, origin: 'for erin' });
    await settle(world);
    expect(filed.ok ? await statusOf(world, filed.value) : 'refused').not.toBe('active');
  });

  test('is no way around the bound on what one person has under way', async () => {
    const world = worldOf(auto);
    const filed: boolean[] = [];
    for (let count = 0; count < 30; count += 1) filed.push((await submit(world, setting({ [`k${count}`]: 'x' }))).ok);
    expect(filed.filter(Boolean).length).toBeLessThanOrEqual(20);
  });
});

describe('people who never decide', () => {
  const barred = rule({ never: ['developers'] });

  test('have nothing waiting for them', async () => {
    const world = worldOf(barred);
    await file(world);
    // Dave is of the platform, and a developer.
    expect((await seeInbox(world.bot, dave)).waitingForMe).toEqual([]);
  });

  test('do not keep others from revoking because their group was taken out of the policy', async () => {
    const world = worldOf(rule({ auto: true, never: ['security'] }));
    const chain = await file(world);
    await settle(world);
    expect(await statusOf(world, chain)).toBe('active');
    const { security: _, ...rest } = Object.fromEntries(groups);
    world.settings.policy = policy({ groups: new Map(Object.entries(rest)), hash: 'another' });
    const { id } = chain.request.asked;
    expect(await revokeGrant(world.bot, { by: bob, id, reason: 'enough' })).toMatchObject({ ok: true });
  });
});

test('a policy that the worker has not got yet is said as such, and the administrators are told', async () => {
  const world = worldOf(rule());
  const { draft } = world.bot;
  const bot = {
    ...world.bot,
    draft: async (...given: Parameters<typeof draft>) => {
      const drafted = await draft(...given);
      return drafted.ok && drafted.value.judged !== undefined
        ? { ...drafted, value: { ...drafted.value, judged: { ...drafted.value.judged, policy: 'of yesterday' } } }
        : drafted;
    },
  };
  expect(await submitRequest(bot, asking(setting({ limit: '11' })))).toMatchObject({ ok: false });
  // The person reads "no worker answered … The administrators have been told".
  expect(world.alarms).not.toEqual([]);
});

test('what the card warns of is not of no risk: a deleted Ingress takes its hosts away', async () => {
  const calm = rule({ name: 'calm', auto: true, match: { ...everything, risk: ['none'] } });
  const world = worldOf(calm, rule({ name: 'risky' }));
  world.cluster.put({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      rules: [
        {
          host: 'shop.acme.test',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
          },
        },
      ],
    },
  } as unknown as Manifest);
  const ask = { edits: [{ do: 'delete', resource: 'ingresses', name: 'web' }] };
  const chain = await file(world, { kind: 'change', duration: '10m', ask });
  const shown = await readContent(world.bot, chain.request.asked);
  expect(shown.type === 'shown' ? shown.content.cautions : []).toEqual([expect.stringContaining('shop.acme.test')]);
  expect(chain.request.asked.approval.rule).toBe('risky');
});

test('what approves itself for one group of Slack is not lost behind a rule for another', async () => {
  const world = worldOf(
    rule({ name: 'leads', ask: ['security'], approve: [{ from: 'platform', count: 2 }] }),
    rule({ name: 'dev', auto: true, ask: ['security', 'engineers'] }),
  );
  world.directory.groups.set('S02ENGINEERS', new Set([alice]));
  world.settings.policy = {
    ...world.settings.policy,
    groups: new Map([...groups, ['engineers', { type: 'slack-group', id: 'S02ENGINEERS' }]]),
  };
  const chain = await file(world);
  expect(chain.request.asked.approval).toMatchObject({ rule: 'dev', auto: true });
  await settle(world);
  expect((await look(world, chain)).request.state).toMatchObject({ status: 'active' });
});

test('what approves itself is not asked anew without end while its object keeps moving', async () => {
  const world = worldOf(rule({ name: 'dev', auto: true }));
  const follow = createFollower(world.bot);
  await file(world, setting({ auth: 'off' }));
  for (let round = 0; round < 12; round += 1) {
    // A controller that rewrites the very place, in between.
    world.cluster.edit(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' },
      (live) => ({ ...live, data: { auth: `on ${round}`, limit: '10' } }) as Manifest,
    );
    await settle(world);
    await follow();
  }
  expect((await world.store.inStatus('lapsed', 50)).length).toBeLessThan(6);
});

test('a freeze that is put into the policy stops what waits already', async () => {
  const world = worldOf(rule());
  const chain = await file(world);
  const freeze = rule({ name: 'freeze', refuse: 'an incident', approve: [] });
  world.settings.policy = policy({ rules: [freeze, rule()], hash: 'another' });
  await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 });
  await settle(world);
  expect(await statusOf(world, chain)).not.toBe('active');
});

test.each<[string, Partial<Rule>]>([
  ['a form of reason', { reason: { pattern: pattern('^OPS-[0-9]+ '), say: 'begin with a ticket' } }],
  ['a shortest duration', { duration: { shortest: minutes(60), default: minutes(60), longest: minutes(120) } }],
])('the worker holds what approves itself against %s too', async (_, wanted) => {
  const world = worldOf(rule({ name: 'dev', auto: true }));
  // As if a stolen key of the bot passed over what the rule wants of the words.
  const chain = await file(world);
  world.settings.policy = policy({ rules: [rule({ name: 'dev', auto: true, ...wanted })] });
  await settle(world);
  expect(await statusOf(world, chain)).toBe('lapsed');
});
