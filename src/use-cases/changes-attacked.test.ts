import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { changeOver } from '#test/build/changes.ts';
import { alice, bob, carol, erin } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { asking, createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest, settleConflict } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { submitRequest } from './submit-request.ts';
import { createJournalSweep } from './sweep-journals.ts';

const configMap = (name: string, data: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});
const target = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name });
const patch = (name: string, data: Readonly<Record<string, Json>>): Json => ({
  do: 'patch',
  resource: 'configmaps',
  name,
  patch: { data },
});
const deletion = (name: string): Json => ({ do: 'delete', resource: 'configmaps', name });

/** A gate that is closed; one approval is enough, and changes may be for good. */
const worldWith = (...objects: readonly Manifest[]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, changeOver()];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const object of objects) world.cluster.put(object);
  return world;
};
const gate = configMap('gate', { auth: 'on', limit: '10' });
const asked = (world: World, edits: readonly Json[], changed: Partial<Asking> = {}) =>
  file(world, {
    kind: 'change',
    duration: '10m',
    origin: JSON.stringify([edits, changed]),
    ...changed,
    ask: { edits },
  });
const approve = async (world: World, { request: { asked: of } }: Chain): Promise<void> => {
  const result = await approveRequest(world.bot, { by: bob, id: of.id, revision: of.revision });
  if (!result.ok) throw new Error(`It was not approved: ${JSON.stringify(result.error)}`);
};
const applied = async (world: World, edits: readonly Json[], changed: Partial<Asking> = {}): Promise<Chain> => {
  const chain = await asked(world, edits, changed);
  await approve(world, chain);
  await settle(world);
  return chain;
};
const dataOf = async ({ cluster }: World, name = 'gate') => (await cluster.get(target(name)))?.live.data;
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const sweep = (world: World) => createJournalSweep(world.worker, createStepRunner(world.worker))(world.cluster, true);

describe('what cannot be taken back', () => {
  test('keeps nothing else in force: the others are taken back on time, and a person is asked about it', async () => {
    const world = worldWith(gate, configMap('last', { a: '1' }));
    const chain = await applied(world, [patch('gate', { auth: 'OFF' }), patch('last', { a: '2' })]);
    // As an API server refuses to write what has become immutable.
    world.cluster.breakDown((method) =>
      method === 'write' && world.cluster.calls().filter((one) => one === 'write').length % 2 === 1
        ? refusal(422, 'write', 'field is immutable')
        : undefined,
    );
    world.advance({ minutes: 10 });
    await settle(world);
    world.cluster.mend();
    const state = await stateOf(world, chain);
    expect(state).toMatchObject({
      status: 'active',
      conflict: { conflicts: [{ now: expect.stringContaining('field is immutable') }] },
    });
    expect([await dataOf(world), await dataOf(world, 'last')]).toContainEqual({ auth: 'on', limit: '10' });
    const { id } = chain.request.asked;
    expect((await settleConflict(world.bot, { by: bob, id, choice: 'restore', reason: 'again' })).ok).toBe(true);
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked' });
    expect(await dataOf(world, 'last')).toEqual({ a: '1' });
  });

  test('is left for a person, and its journal too, when there is no log', async () => {
    const world = worldWith(gate);
    const chain = await applied(world, [patch('gate', { auth: 'OFF' })]);
    world.store.tamper(chain.request.asked.id, () => []);
    world.cluster.breakDown((method) => (method === 'write' ? refusal(422, 'write', 'immutable') : undefined));
    world.advance({ minutes: 11 });
    await sweep(world);
    world.cluster.mend();
    await sweep(world);
    expect(await dataOf(world)).toMatchObject({ auth: 'on' });
  });
});

describe('two temporary changes of one place', () => {
  test.each<[string, readonly Json[]]>([
    ['the same field', [patch('gate', { auth: 'half' })]],
    ['the whole object', [deletion('gate')]],
  ])('are not in force at once: %s', async (_, edits) => {
    const world = worldWith(gate);
    const first = await applied(world, [patch('gate', { auth: 'OFF' })]);
    const second = await submitRequest(
      world.bot,
      asking({ kind: 'change', duration: '1h', origin: 'second', ask: { edits } }),
    );
    expect(second).toMatchObject({ ok: false, error: { type: 'unclear', field: 'ask' } });
    expect(JSON.stringify(second)).toContain(first.request.asked.id);
    world.advance({ minutes: 10 });
    await settle(world);
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('that were both waiting: the later one lapses, and what the first changed still ends on time', async () => {
    const world = worldWith(gate);
    const [first, second] = [
      await asked(world, [patch('gate', { auth: 'OFF' })]),
      await asked(world, [patch('gate', { auth: 'half' })], { duration: '1h' }),
    ];
    for (const one of [first, second])
      await approveRequest(world.bot, { by: bob, id: one.request.asked.id, revision: 1 });
    await settle(world);
    expect(await stateOf(world, first)).toMatchObject({ status: 'active' });
    expect(await stateOf(world, second)).toMatchObject({ status: 'lapsed' });
    world.advance({ minutes: 10 });
    await settle(world);
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('of other places of one object do not disturb each other', async () => {
    const world = worldWith(gate);
    await applied(world, [patch('gate', { auth: 'OFF' })]);
    const second = await applied(world, [patch('gate', { limit: '99' })], { duration: '20m' });
    expect(await dataOf(world)).toEqual({ auth: 'OFF', limit: '99' });
    world.advance({ minutes: 10 });
    await settle(world);
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '99' });
    world.advance({ minutes: 10 });
    await settle(world);
    expect(await stateOf(world, second)).toMatchObject({ status: 'revoked', reverted: [{ how: 'restored' }] });
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
  });
});

describe('the worker holds the rule against what is asked', () => {
  test.each([
    [
      'speaks of other kinds',
      rule({ match: { clusters: ['*'], namespaces: ['*'], kinds: ['access'], profiles: ['*'] } }),
    ],
    [
      'speaks of other namespaces',
      rule({ match: { clusters: ['*'], namespaces: ['bank'], kinds: ['*'], profiles: ['*'] } }),
    ],
    ['lets others ask', rule({ ask: ['platform'] })],
    ['allows changes for a time only', rule()],
  ])('and applies nothing when it %s by then', async (_, narrowed) => {
    const world = worldWith(gate);
    const chain = await asked(world, [patch('gate', { auth: 'OFF' })], { duration: 'good' });
    await approve(world, chain);
    world.settings.policy = policy({ rules: [narrowed] });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
    expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
  });

  test('and applies nothing when those who agreed are not of its group any more', async () => {
    const world = worldWith(gate);
    const chain = await asked(world, [patch('gate', { auth: 'OFF' })]);
    await approve(world, chain);
    const groups = new Map(world.settings.policy.groups).set('platform', { type: 'people', people: [carol, erin] });
    world.settings.policy = policy({ rules: [rule({ permanent: true })], groups });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
  });
});

describe('what is for good', () => {
  test('is not done again from a cut log, even when the answer of its last commit was lost', async () => {
    const world = worldWith(gate);
    const chain = await asked(world, [patch('gate', { auth: 'OFF' })], { duration: 'good' });
    await approve(world, chain);
    const { id } = chain.request.asked;
    const store = {
      ...world.store,
      append: async (...given: Parameters<typeof world.store.append>) => {
        await world.store.append(...given);
        throw new Error('the answer was lost');
      },
    };
    await runStep({ ...world.worker, store }, id).catch(() => undefined);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'completed' });
    world.cluster.edit(target('gate'), (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));
    for (const hours of [10, 40]) {
      world.store.tamper(id, (lines) => lines.slice(0, 3));
      world.advance({ hours });
      await settle(world);
      expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
    }
  });

  test('is only said to be done when it was done and the worker was cut off before it could say so', async () => {
    const world = worldWith(gate);
    const chain = await asked(world, [patch('gate', { auth: 'OFF' })], { duration: 'good' });
    await approve(world, chain);
    const store = { ...world.store, append: () => Promise.reject(new Error('Redis is away')) };
    await runStep({ ...world.worker, store }, chain.request.asked.id).catch(() => undefined);
    world.advance({ minutes: 5 });
    await settle(world);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'completed', changed: [{ name: 'gate' }] });
  });
});

test('restoring one place that was shown writes over no other place, and over nothing that came after', async () => {
  const world = worldWith(gate);
  const chain = await applied(world, [patch('gate', { auth: 'OFF', limit: '99' })]);
  const set = (data: Readonly<Record<string, string>>) =>
    world.cluster.edit(target('gate'), (live) => ({ ...live, data: { ...(live.data as object), ...data } }));
  set({ auth: 'theirs' });
  world.advance({ minutes: 10 });
  await settle(world);
  expect(await dataOf(world)).toEqual({ auth: 'theirs', limit: '10' });
  set({ limit: '5' });
  const { id } = chain.request.asked;
  await settleConflict(world.bot, { by: bob, id, choice: 'restore', reason: '' });
  await settle(world);
  // What was decided is done; the other place is asked about by itself.
  expect(await dataOf(world)).toEqual({ auth: 'on', limit: '5' });
  expect(await stateOf(world, chain)).toMatchObject({
    conflict: { conflicts: [{ now: expect.stringContaining('5') }] },
  });
  await settleConflict(world.bot, { by: bob, id, choice: 'keep', reason: '' });
  await settle(world);
  expect(await dataOf(world)).toEqual({ auth: 'on', limit: '5' });
  expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', reverted: [{ how: 'kept' }] });
});

test('a place that moved again since it was shown is not written over, but shown again', async () => {
  const world = worldWith(gate);
  const chain = await applied(world, [patch('gate', { auth: 'OFF' })]);
  const set = (auth: string) =>
    world.cluster.edit(target('gate'), (live) => ({ ...live, data: { ...(live.data as object), auth } }));
  set('theirs');
  world.advance({ minutes: 10 });
  await settle(world);
  set('newer');
  await settleConflict(world.bot, { by: bob, id: chain.request.asked.id, choice: 'restore', reason: '' });
  await settle(world);
  expect(await dataOf(world)).toMatchObject({ auth: 'newer' });
  expect(await stateOf(world, chain)).toMatchObject({
    conflict: { conflicts: [{ now: expect.stringContaining('newer') }] },
  });
});

test('an object that was made for a time goes at its end, whoever stands as the owner of its fields', async () => {
  const world = worldWith();
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { a: '1' } };
  const chain = await applied(world, [{ do: 'manifest', manifest }]);
  world.cluster.edit(target('made'), (live) => ({
    ...live,
    metadata: Object.assign({}, live.metadata, { managedFields: [] }),
  }));
  world.advance({ minutes: 10 });
  await settle(world);
  expect(await dataOf(world, 'made')).toBeUndefined();
  expect(await stateOf(world, chain)).toMatchObject({ reverted: [{ how: 'removed' }] });
});

test('a clock of Redis that is held back prolongs no change', async () => {
  const world = worldWith(gate);
  const chain = await applied(world, [patch('gate', { auth: 'OFF' })]);
  const { id } = chain.request.asked;
  world.store.tamper(id, () => []);
  const held = await world.worker.clock.now();
  world.advance({ hours: 5 });
  const ports = { ...world.worker, clock: { now: async () => held } };
  await createJournalSweep(ports, createStepRunner(ports))(world.cluster, true);
  expect(await dataOf(world)).toEqual({ auth: 'on', limit: '10' });
});

test('what cannot be shown any more cannot be approved, from whatever card', async () => {
  const world = worldWith(gate);
  const chain = await asked(world, [patch('gate', { auth: 'OFF' })]);
  world.contents.tamper((text) => text.replace('OFF', 'on'));
  const { id } = chain.request.asked;
  expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({
    error: { type: 'impossible' },
  });
  expect(await stateOf(world, chain)).toMatchObject({ status: 'pending', votes: [] });
  expect(chain.request.asked.requester).toBe(alice);
});
