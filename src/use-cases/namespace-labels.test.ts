import { describe, expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { everything, matchIf } from '#test/build/conditions.ts';
import { alice, bob, erin } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { minutes, setting, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { checkAllPending } from './revise-request.ts';
import { submitRequest } from './submit-request.ts';
import { whatMayBeAsked } from './what-may-be-asked.ts';

const labelled = (env: string, changed: Partial<Rule> = {}): Rule =>
  rule({ name: env, match: { ...everything, namespaceLabels: { env: [env] } }, ...changed });
const strict = labelled('prod', { approve: [{ from: 'platform', count: 2 }] });
const submit = ({ bot }: World, changed: Partial<Asking> = {}) => submitRequest(bot, asking(changed));
const ruleOf = async (world: World, changed: Partial<Asking> = {}): Promise<string> =>
  (await file(world, changed)).request.asked.approval.rule;
const stateOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state;
const silent = ({ cluster }: World): void =>
  cluster.breakDown((method) => (method === 'namespace' ? new Error('The API server does not answer') : undefined));
/** Both kinds: what follows from its words alone, and what a worker has to try. */
const kinds: readonly (readonly [string, Partial<Asking>])[] = [
  ['access', {}],
  ['change', setting({ limit: '11' })],
];

describe.each(kinds)('%s in a namespace with labels', (_, ask) => {
  test('is decided on by the rule for these labels, as they are in the cluster', async () => {
    const world = worldOf(strict, rule({ name: 'rest' }));
    expect(await ruleOf(world, ask)).toBe('rest');
    world.cluster.labelNamespace('shop', { env: 'prod' });
    expect(await ruleOf(world, { ...ask, origin: 'two' })).toBe('prod');
  });

  test('is allowed by no later rule where the labels cannot be looked up', async () => {
    const world = worldOf(strict, rule({ name: 'rest' }));
    silent(world);
    expect(await submit(world, ask)).toEqual({
      ok: false,
      error: { type: 'lookup-failed', what: 'the labels of namespace "shop"' },
    });
    expect(world.alarms).toHaveLength(1);
  });

  test('is decided on by a condition that speaks of them', async () => {
    const isProd = matchIf('"env" in request.namespaceLabels && request.namespaceLabels.env == "prod"');
    const world = worldOf(rule({ name: 'condition', match: isProd }), rule({ name: 'rest' }));
    expect(await ruleOf(world, ask)).toBe('rest');
    world.cluster.labelNamespace('shop', { env: 'prod' });
    expect(await ruleOf(world, { ...ask, origin: 'two' })).toBe('condition');
  });

  test('cannot be approved once they are others, until they are as before', async () => {
    const world = worldOf(strict, rule({ name: 'rest' }));
    const { id } = (await file(world, ask)).request.asked;
    const approve = () => approveRequest(world.bot, { by: bob, id, revision: 1 });
    world.cluster.labelNamespace('shop', { env: 'prod' });
    expect(await approve()).toMatchObject({
      error: { type: 'impossible', why: expect.stringContaining('the rule "prod" decides on this, not "rest"') },
    });
    world.cluster.labelNamespace('shop', {});
    expect((await approve()).ok).toBe(true);
  });

  test('cannot be approved while they cannot be looked up', async () => {
    const world = worldOf(strict, rule({ name: 'rest' }));
    const chain = await file(world, ask);
    silent(world);
    expect(await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).toMatchObject({
      error: { type: 'not-tried' },
    });
    expect(await stateOf(world, chain)).toMatchObject({ status: 'pending', votes: [] });
  });

  test('lapses where they are others when it is applied', async () => {
    const world = worldOf(strict, rule({ name: 'rest' }));
    const chain = await file(world, ask);
    expect((await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).ok).toBe(true);
    world.cluster.labelNamespace('shop', { env: 'prod' });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('the rule "prod" decides on this, not "rest"'),
    });
  });

  test('works once it is approved under its labels', async () => {
    const world = worldOf(labelled('prod'), rule({ name: 'rest', refuse: 'no', approve: [] }));
    world.cluster.labelNamespace('shop', { env: 'prod', team: 'shop' });
    const chain = await file(world, ask);
    expect((await approveRequest(world.bot, { by: bob, id: chain.request.asked.id, revision: 1 })).ok).toBe(true);
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
  });

  test('approves itself for the labels that it has when it is applied only', async () => {
    const world = worldOf(strict, labelled('dev', { auto: true }));
    world.cluster.labelNamespace('shop', { env: 'dev' });
    const one = await file(world, ask);
    world.cluster.labelNamespace('shop', {});
    await settle(world);
    expect(await stateOf(world, one)).toMatchObject({ status: 'lapsed' });
    world.cluster.labelNamespace('shop', { env: 'dev' });
    const two = await file(world, { ...ask, origin: 'two' });
    await settle(world);
    expect((await stateOf(world, two)).status).toBe('active');
  });
});

test('what is taken by break-glass is decided on by the rule for its labels', async () => {
  const breakGlass = { who: ['platform'], longest: minutes(20), remindEvery: minutes(60) };
  const world = worldOf(labelled('prod', { breakGlass }), rule({ name: 'rest', breakGlass }));
  world.settings.identities = [...world.settings.identities, { person: bob, kubernetes: { user: 'b', groups: [] } }];
  const taking = { by: bob, subject: bob, breakGlass: true, duration: '5m' };
  expect(await ruleOf(world, taking)).toBe('rest');
  world.cluster.labelNamespace('shop', { env: 'prod' });
  const chain = await file(world, { ...taking, origin: 'two' });
  expect(chain.request.asked.approval.rule).toBe('prod');
  await settle(world);
  expect((await stateOf(world, chain)).status).toBe('active');
});

test('labels are not looked up for whom no rule lets ask, nor where no rule looks at them', async () => {
  const looks = ({ cluster }: World) => cluster.calls().filter((method) => method === 'namespace').length;
  const world = worldOf(labelled('prod'));
  expect(await submit(world, { by: erin, subject: erin })).toMatchObject({ error: { type: 'not-allowed' } });
  expect(looks(world)).toBe(0);
  const elsewhere = worldOf(
    rule({ name: 'bank', match: { ...everything, namespaces: ['bank'], namespaceLabels: { env: ['prod'] } } }),
    rule(),
  );
  await file(elsewhere);
  // By the draft alone, as ever.
  expect(looks(elsewhere)).toBe(1);
});

test('a namespace that is not there has no labels, and nobody learns that it is not there', async () => {
  const world = worldOf(labelled('prod'));
  expect(await submit(world, { namespace: 'not-there' })).toEqual(await submit(world));
});

test('a duration need not be said for the sake of a rule for other labels', async () => {
  const long = { ...matchIf('request.seconds > 900'), namespaceLabels: { env: ['prod'] } };
  const world = worldOf(rule({ name: 'long', match: long }), rule({ name: 'rest' }));
  expect(await ruleOf(world)).toBe('rest');
  world.cluster.labelNamespace('shop', { env: 'prod' });
  expect(await submit(world, { origin: 'two' })).toMatchObject({ error: { type: 'unclear', field: 'duration' } });
});

test('what waits is looked at anew without asking for labels where nothing could be revised', async () => {
  const world = worldOf(strict, rule({ name: 'rest' }));
  await file(world);
  const before = world.cluster.calls().length;
  await checkAllPending(world.bot);
  expect(world.cluster.calls().length).toBe(before);
});

describe('what the form offers', () => {
  const offerIn = async (...rules: readonly Rule[]) => {
    const world = worldOf(...rules);
    world.cluster.labelNamespace('shop', { env: 'prod' });
    world.cluster.labelNamespace('bank', { env: 'dev' });
    const offer = await whatMayBeAsked(world.bot, alice);
    if (offer === undefined) throw new Error('Alice may ask for nothing');
    const [access] = offer.kinds;
    if (access === undefined) throw new Error('There is no kind');
    return { world, offer, access };
  };

  test('are namespaces whose labels fit a rule, in one look at all of them', async () => {
    const { world, offer, access } = await offerIn(labelled('prod'));
    expect(await offer.namespaces('prod', access.name)).toEqual(['shop']);
    expect(offer.profiles('prod', access, 'shop')).not.toEqual([]);
    expect(offer.profiles('prod', access, 'bank')).toEqual([]);
    expect(world.cluster.calls()).toEqual(['namespaces']);
  });

  test('is the duration of the rule for these labels', async () => {
    const { offer, access } = await offerIn(labelled('prod'), labelled('dev'), rule({ name: 'rest' }));
    await offer.namespaces('prod', access.name);
    const named = (namespace: string) => offer.rule('prod', access, namespace, 'ingress-edit')?.name;
    expect(['shop', 'bank', 'ingress-nginx'].map(named)).toEqual(['prod', 'dev', 'rest']);
  });

  test('is too much rather than too little before they were looked up', async () => {
    const { offer, access } = await offerIn(labelled('prod'));
    expect(offer.profiles('prod', access, 'bank')).not.toEqual([]);
  });
});
