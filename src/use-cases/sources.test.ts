import { describe, expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { extend } from '#domain/request/chain.ts';
import type { Submitted } from '#domain/request/events.ts';
import { type Source, sourceOf, sources } from '#domain/source.ts';
import { everything, matchIf } from '#test/build/conditions.ts';
import { alice, bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { setting, worldOf } from '#test/build/rule-world.ts';
import { asking, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { extendGrant } from './extend-grant.ts';
import { createFollower } from './follow-lapsed.ts';
import { submitRequest } from './submit-request.ts';
import { whatMayBeAsked } from './what-may-be-asked.ts';

const comingFrom = (...of: readonly Source[]): Rule =>
  rule({ name: of.join('-'), match: { ...everything, sources: of } });
const approve = ({ bot }: World, { request }: Awaited<ReturnType<typeof file>>) =>
  approveRequest(bot, { by: bob, id: request.asked.id, revision: 1 });
const stateOf = async (world: World, chain: Awaited<ReturnType<typeof file>>) =>
  (await look(world, chain)).request.state;

test('where a request comes from chooses its rule, and stands in its log', async () => {
  const world = worldOf(comingFrom('kubectl', 'api'), comingFrom('slack'));
  for (const source of sources) {
    const filed = await submitRequest(world.bot, asking({ source, origin: source }));
    if (['cli', 'mcp', 'drift'].includes(source))
      expect(filed).toMatchObject({ error: { passed: [{ why: 'not for where it comes from' }, {}] } });
    else
      expect(filed).toMatchObject({
        value: { request: { asked: { source, approval: { rule: source === 'slack' ? 'slack' : 'kubectl-api' } } } },
      });
  }
});

test.each([
  ['access', {}],
  ['a change', setting({ limit: '11' })],
])('conditions speak of where %s comes from', async (_, ask) => {
  const agent = rule({ name: 'agent', match: matchIf('request.source == "mcp"'), refuse: 'no agents', approve: [] });
  const world = worldOf(agent, rule());
  expect(await submitRequest(world.bot, asking({ ...ask, source: 'mcp' }))).toMatchObject({
    error: { type: 'refused', rule: 'agent' },
  });
  const chain = await file(world, ask);
  expect((await approve(world, chain)).ok).toBe(true);
  await settle(world);
  expect((await stateOf(world, chain)).status).toBe('active');
});

test('what was approved for one source is not applied once its rule is for others', async () => {
  const world = worldOf(rule());
  const chain = await file(world);
  expect((await approve(world, chain)).ok).toBe(true);
  world.settings.policy = policy({ rules: [{ ...comingFrom('kubectl'), name: 'shop' }, rule({ name: 'rest' })] });
  await settle(world);
  expect(await stateOf(world, chain)).toMatchObject({
    status: 'lapsed',
    why: expect.stringContaining('does not speak of this'),
  });
});

test('what was approved is not applied once a rule before is for its source', async () => {
  const world = worldOf(rule());
  const chain = await file(world);
  expect((await approve(world, chain)).ok).toBe(true);
  world.settings.policy = policy({ rules: [comingFrom('slack'), rule()] });
  await settle(world);
  expect(await stateOf(world, chain)).toMatchObject({
    status: 'lapsed',
    why: expect.stringContaining('the rule "slack" decides on this'),
  });
});

test('a click is judged by where the request comes from', async () => {
  const world = worldOf(rule());
  const chain = await file(world, { source: 'api' });
  world.settings.policy = policy({ rules: [comingFrom('api'), rule()] });
  expect(await approve(world, chain)).toMatchObject({ error: { type: 'impossible' } });
});

describe('a log from before sources were written down', () => {
  test('is of a request from Slack', async () => {
    const world = worldOf(comingFrom('slack'));
    const { bot } = world;
    const chain = await file(world);
    const first = chain.entries[0]?.event as Submitted;
    const { source, ...old } = first;
    expect(source).toBe('slack');
    const { asked } = chain.request;
    const again = extend(asked.id, undefined, [old], world.now(), bot.signer, bot.trust);
    world.store.tamper(asked.id, () => again.lines);
    expect((await look(world, chain)).request.asked).not.toHaveProperty('source');
    expect((await approve(world, chain)).ok).toBe(true);
    await settle(world);
    expect((await stateOf(world, chain)).status).toBe('active');
  });

  test('and only such a one', () => {
    expect(sourceOf({})).toBe('slack');
    expect(sourceOf({ source: 'mcp' })).toBe('mcp');
  });
});

test('a log that names a source there is not is not believed', async () => {
  const world = worldOf(rule());
  const { asked } = (await file(world)).request;
  const event = { type: 'submitted', ...asked, source: 'email' } as unknown as Submitted;
  expect(() => extend(asked.id, undefined, [event], world.now(), world.bot.signer, world.bot.trust)).toThrow();
});

test('what is asked for anew by itself comes from where it came from; an extension from where it is asked for', async () => {
  const world = worldOf(rule({ match: { ...everything, sources: ['api', 'slack'] } }));
  const chain = await file(world, { ...setting({ limit: '11' }), source: 'api' });
  expect((await approve(world, chain)).ok).toBe(true);
  world.cluster.edit(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gate' },
    (live) => ({ ...live, data: { auth: 'on', limit: '12' } }) as typeof live,
  );
  await settle(world);
  await createFollower(world.bot)();
  const state = await stateOf(world, chain);
  if (state.status !== 'lapsed' || state.followedBy === undefined) throw new Error(`It is ${state.status}`);
  const followed = (await world.store.inStatus('pending', 1))[0];
  expect(followed).toBe(state.followedBy);
  expect((await look(world, { request: { asked: { id: followed } } } as typeof chain)).request.asked.source).toBe(
    'api',
  );

  const grant = await file(world, { source: 'api', origin: 'two' });
  expect((await approve(world, grant)).ok).toBe(true);
  await settle(world);
  const which = { by: alice, id: grant.request.asked.id, duration: '10m', reason: 'more' };
  expect(await extendGrant(world.bot, { ...which, source: 'slack' })).toMatchObject({
    value: { request: { asked: { source: 'slack' } } },
  });
});

test('the form offers nothing that is for other sources than Slack', async () => {
  expect(await whatMayBeAsked(worldOf(comingFrom('kubectl')).bot, alice)).toBeUndefined();
  expect(await whatMayBeAsked(worldOf(comingFrom('slack')).bot, alice)).toBeDefined();
});
