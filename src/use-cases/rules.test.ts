import { describe, expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { dayNames } from '#domain/policy/window.ts';
import { extend } from '#domain/request/chain.ts';
import { everything, matchIf, pattern } from '#test/build/conditions.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { gate, minutes, setting, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, denyRequest, revokeGrant } from './act-on-request.ts';
import type { Asking, SubmitRefusal } from './asking.ts';
import { checkPending } from './revise-request.ts';
import { submitRequest } from './submit-request.ts';

const refusal = async ({ bot, store }: World, changed: Partial<Asking> = {}): Promise<SubmitRefusal> => {
  const filed = await submitRequest(bot, asking(changed));
  if (filed.ok) throw new Error('It was filed');
  expect(await store.inStatus('pending', 10)).toEqual([]);
  return filed.error;
};
const ruleOf = async (world: World, changed: Partial<Asking> = {}): Promise<string> =>
  (await file(world, changed)).request.asked.approval.rule;
const stateOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state;

describe('a condition of a rule', () => {
  const small = rule({ name: 'small', match: matchIf('after.all(o, int(o.data.limit) <= 20)') });

  test('decides by what was tried: before and after, and how long', async () => {
    const world = worldOf(small, rule({ name: 'others' }));
    expect(await ruleOf(world, setting({ limit: '20' }))).toBe('small');
    expect(await ruleOf(world, setting({ limit: '21' }))).toBe('others');
    const short = worldOf(rule({ name: 'short', match: matchIf('request.seconds <= 900') }), rule({ name: 'others' }));
    expect(await ruleOf(short, { duration: '15m' })).toBe('short');
    expect(await ruleOf(short, { duration: '16m', origin: 'two' })).toBe('others');
    const before = worldOf(rule({ match: matchIf('before[0].data.auth == "on"') }));
    expect(await ruleOf(before, setting({ limit: '11' }))).toBe('shop');
  });

  test('speaks of who asks, of the reason and of the time', async () => {
    const of = (condition: string) => worldOf(rule({ match: matchIf(condition) }));
    expect(await ruleOf(of('"developers" in requester.groups'))).toBe('shop');
    expect(await ruleOf(of('request.reason.matches("^checkout")'))).toBe('shop');
    expect(await ruleOf(of('now > timestamp("2020-01-01T00:00:00Z")'))).toBe('shop');
    expect(await refusal(of('"platform" in requester.groups'))).toMatchObject({
      type: 'not-allowed',
      passed: [{ rule: 'shop', why: 'its condition does not hold' }],
    });
  });

  test('that fails lets nothing through, not even by a later rule that would have it', async () => {
    const strict = rule({
      name: 'strict',
      match: matchIf('after[0].data.nothing == "x"'),
      approve: [{ from: 'platform', count: 2 }],
    });
    const world = worldOf(strict, rule({ name: 'easy' }));
    expect(await refusal(world, setting({ limit: '11' }))).toMatchObject({
      type: 'rule-failed',
      rule: 'strict',
      why: 'no such key',
    });
    const unasked = worldOf(rule({ ...strict, ask: ['platform'] }), rule({ name: 'easy' }));
    expect(await ruleOf(unasked, setting({ limit: '11' }))).toBe('easy');
  });

  test('is written down with the rules that were passed over and the policy’s hash', async () => {
    const world = worldOf(rule({ name: 'bank', match: { ...everything, namespaces: ['bank'] } }), small, rule());
    const { approval } = (await file(world, setting({ limit: '50' }))).request.asked;
    expect(approval).toMatchObject({
      rule: 'shop',
      policyHash: 'hash of the policy',
      passed: [
        { rule: 'bank', why: 'speaks of something else' },
        { rule: 'small', why: 'its condition does not hold' },
      ],
    });
  });

  test('of a policy that was replaced while it was tried is believed by nobody', async () => {
    const world = worldOf(small, rule());
    const { draft } = world.bot;
    const bot = {
      ...world.bot,
      draft: async (...given: Parameters<typeof draft>) => {
        const drafted = await draft(...given);
        world.settings.policy = policy({ rules: [small, rule()], hash: 'another' });
        return drafted.ok
          ? { ...drafted, value: { ...drafted.value, judged: { ...drafted.value.judged, policy: 'another' } } }
          : drafted;
      },
    } as typeof world.bot;
    expect(await submitRequest(bot, asking(setting({ limit: '50' })))).toMatchObject({
      error: { type: 'policies-differ' },
    });
  });

  test('that no longer decides on what a pending request has become stops it', async () => {
    const world = worldOf(
      rule({ name: 'open', match: matchIf('before[0].data.auth == "on"') }),
      rule({ name: 'others' }),
    );
    const chain = await file(world, setting({ limit: '11' }));
    world.cluster.put(gate({ auth: 'off', limit: '7' }));
    expect(await checkPending(world.bot, chain)).toMatchObject({
      type: 'impossible',
      why: expect.stringContaining('the rule "others" decides on'),
    });
    expect((await look(world, chain)).request.asked.revision).toBe(1);
  });
});

test('risk is what the change introduces, or what the card of an access warns of', async () => {
  const world = worldOf(rule({ name: 'calm', match: { ...everything, risk: ['none'] } }), rule({ name: 'risky' }));
  expect(await ruleOf(world, setting({ limit: '11' }))).toBe('calm');
  expect(await ruleOf(world)).toBe('risky');
});

describe('the form of a request', () => {
  test('a rule may want a form of reason, and says which', async () => {
    const reason = { pattern: pattern('^OPS-[0-9]+ '), say: 'begin with a ticket, as OPS-12' };
    const world = worldOf(rule({ reason }));
    expect(await refusal(world)).toEqual({
      type: 'unclear',
      field: 'reason',
      why: 'The rule "shop" wants another reason: begin with a ticket, as OPS-12',
    });
    expect(await ruleOf(world, { reason: 'OPS-12 checkout' })).toBe('shop');
  });

  test('a rule may want a shortest duration', async () => {
    const duration = { shortest: minutes(10), default: minutes(30), longest: minutes(60) };
    const world = worldOf(rule({ duration }));
    expect(await refusal(world, { duration: '9m' })).toMatchObject({
      why: expect.stringContaining('shorter than the 10m'),
    });
    expect(await refusal(world, { duration: '61m' })).toMatchObject({
      why: expect.stringContaining('longer than the 1h'),
    });
    expect(await ruleOf(world, { duration: '10m' })).toBe('shop');
  });

  test('is held against the rule that decides, also where that is known only after it was tried', async () => {
    const duration = { default: minutes(5), longest: minutes(5) };
    const world = worldOf(rule({ name: 'brief', duration, match: matchIf('request.namespace == "shop"') }), rule());
    expect(await refusal(world, { duration: '30m' })).toMatchObject({
      why: expect.stringContaining('the rule "brief" allows'),
    });
    expect((await file(world, { origin: 'none' })).request.asked.seconds).toBe(300);
  });
});

describe('a rule that refuses', () => {
  const frozen = rule({ name: 'freeze', refuse: 'nothing changes before Christmas', approve: [] });

  test('says why, at once where it is known', async () => {
    const world = worldOf(frozen, rule());
    let tries = 0;
    const bot = {
      ...world.bot,
      draft: async () => {
        tries += 1;
        throw new Error('nobody tries it');
      },
    };
    expect(await submitRequest(bot, asking(setting({ limit: '11' })))).toEqual({
      ok: false,
      error: { type: 'refused', rule: 'freeze', why: 'nothing changes before Christmas' },
    });
    expect(tries).toBe(0);
  });

  test('refuses by its condition what it speaks of, and lets the others through', async () => {
    const world = worldOf({ ...frozen, match: matchIf('after.exists(o, o.data.auth == "off")') }, rule());
    expect(await refusal(world, setting({ auth: 'off' }))).toMatchObject({ type: 'refused', rule: 'freeze' });
    expect(await ruleOf(world, setting({ limit: '11' }))).toBe('shop');
  });
});

describe('a rule that approves by itself', () => {
  const auto = rule({ name: 'dev', auto: true, match: { ...everything, namespaces: ['shop'] } });

  test('lets it work at once, says so in the log, and its groups may take it back', async () => {
    const world = worldOf(auto);
    const chain = await file(world);
    expect(chain.entries.map(({ event }) => event.type)).toEqual(['submitted', 'approved']);
    expect(chain.request.state).toMatchObject({ status: 'approved', by: [] });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
    const { id } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({ ok: false });
    expect(await revokeGrant(world.bot, { by: alice, id, reason: 'me' })).toMatchObject({ ok: false });
    expect((await revokeGrant(world.bot, { by: bob, id, reason: 'enough' })).ok).toBe(true);
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('revoked');
  });

  test.each<[what: string, before: Rule | undefined, itself: Rule, why: string]>([
    [
      'another rule comes before it',
      rule({ name: 'strict', match: matchIf('request.seconds > 900') }),
      auto,
      'the rule "strict" decides on this, not "dev"',
    ],
    ['a rule before it refuses', rule({ name: 'freeze', refuse: 'not now', approve: [] }), auto, '"freeze" refuses'],
    [
      'the condition of a rule before it fails',
      rule({ name: 'odd', match: matchIf('after[0].spec.x == 1') }),
      auto,
      'rule "odd" could not be answered',
    ],
    ['its own condition does not hold', undefined, { ...auto, match: matchIf('request.seconds <= 900') }, 'any more'],
    ['it is not for this risk', undefined, { ...auto, match: { ...everything, risk: ['none'] } }, 'any more'],
  ])('the worker finds the rule itself, and applies nothing where %s', async (_, before, itself, why) => {
    const world = worldOf(auto);
    // As if a stolen key of the bot passed over what the policy says.
    const chain = await file(world, { duration: '30m' });
    world.settings.policy = policy({ rules: [...(before === undefined ? [] : [before]), itself] });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining(why),
    });
    // Its place was claimed meanwhile: that is closed, so that no old log takes it up.
    const marker = world.cluster.objects().find(({ ref }) => ref.namespace === 'hallpass-markers');
    expect(world.cluster.objects().filter(({ ref }) => ref.kind === 'RoleBinding')).toEqual([]);
    expect(marker?.live.metadata.annotations).toHaveProperty(['hallpass.dev/ended-at']);
  });

  test('is not one that wants approvals: a log without votes is impossible', async () => {
    const world = worldOf(rule());
    const chain = await file(world);
    const forged = () =>
      extend(
        chain.request.asked.id,
        chain,
        [{ type: 'approved', by: [], auto: true, revision: 1, applyBy: world.now().add({ minutes: 5 }) }],
        world.now(),
        world.bot.signer,
        world.bot.trust,
      );
    expect(forged).toThrow();
  });

  test('is lapsed by a worker whose policy does not approve it by itself any more', async () => {
    const world = worldOf(auto);
    const chain = await file(world);
    world.settings.policy = policy({ rules: [rule({ name: 'dev', match: auto.match })] });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('changed since'),
    });
  });
});

describe('a rule with steps', () => {
  const steps = rule({
    approve: [
      { from: 'platform', count: 1 },
      { from: 'security', count: 1, step: 2 },
    ],
  });

  test('lets each group approve in its turn only, and anybody of them deny at any time', async () => {
    const world = worldOf(steps);
    world.directory.groups.set('S02SECURITY', new Set([erin]));
    const { id } = (await file(world)).request.asked;
    const approve = (by: typeof bob) => approveRequest(world.bot, { by, id, revision: 1 });
    expect(await approve(erin)).toMatchObject({ error: { type: 'not-their-turn', first: ['platform'] } });
    expect((await approve(bob)).ok).toBe(true);
    expect(await approve(erin)).toMatchObject({
      value: { request: { state: { status: 'approved', by: [bob, erin] } } },
    });
    const other = (await file(world, { origin: 'two' })).request.asked.id;
    expect((await denyRequest(world.bot, { by: erin, id: other, revision: 1, reason: 'no' })).ok).toBe(true);
  });

  test('is applied by a worker that counts them in the same way', async () => {
    const world = worldOf(steps);
    world.directory.groups.set('S02SECURITY', new Set([erin]));
    const chain = await file(world);
    for (const by of [carol, erin]) await approveRequest(world.bot, { by, id: chain.request.asked.id, revision: 1 });
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
  });
});

describe('people who never decide', () => {
  const barred = rule({ never: ['developers'] });

  test('count for nothing, whatever other groups they are in', async () => {
    const world = worldOf(barred);
    const { id } = (await file(world)).request.asked;
    // Dave is of the platform, and a developer.
    for (const act of [
      approveRequest,
      (ports: World['bot'], which: { by: typeof dave; id: typeof id; revision: number }) =>
        denyRequest(ports, { ...which, reason: 'no' }),
    ])
      expect(await act(world.bot, { by: dave, id, revision: 1 })).toMatchObject({
        ok: false,
        error: { type: 'not-entitled' },
      });
    expect((await approveRequest(world.bot, { by: carol, id, revision: 1 })).ok).toBe(true);
  });

  test('are nobody’s to guess: where their group cannot be looked up, nobody decides', async () => {
    const world = worldOf(rule({ never: ['security'] }));
    const { id } = (await file(world)).request.asked;
    world.directory.down.add('members');
    expect(await approveRequest(world.bot, { by: carol, id, revision: 1 })).toMatchObject({
      error: { type: 'lookup-failed' },
    });
  });
});

describe('a rule for some times', () => {
  const night = [
    { zone: 'UTC', days: dayNames, from: Temporal.PlainTime.from('22:00'), until: Temporal.PlainTime.from('06:00') },
  ];
  const inWindow = rule({ name: 'window', match: { ...everything, when: night } });

  test('decides within them only, at the asking and at the applying', async () => {
    const world = worldOf(inWindow);
    expect(world.now().toString()).toContain('T12:00');
    expect(await refusal(world)).toMatchObject({ passed: [{ why: 'not at this time' }] });
    world.advance(Temporal.Duration.from({ hours: 17, minutes: 45 }));
    const chain = await file(world);
    const { id } = chain.request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
    world.advance(Temporal.Duration.from({ minutes: 14 }));
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
  });

  test('is over when it is over, though it was approved in time', async () => {
    const world = worldOf(inWindow);
    world.advance(Temporal.Duration.from({ hours: 17, minutes: 55 }));
    const chain = await file(world);
    expect((await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).ok).toBe(true);
    world.advance(Temporal.Duration.from({ minutes: 6 }));
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('every day 22:00–06:00 UTC'),
    });
  });
});
