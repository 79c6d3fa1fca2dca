import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { matchIf } from '#test/build/conditions.ts';
import { debugOver, livePod } from '#test/build/debug.ts';
import { alice, bob } from '#test/build/people.ts';
import { podSecret } from '#test/build/pods.ts';
import { policy, rule } from '#test/build/policy.ts';
import { type AuditEvent, auditEvent, createWatchWorld } from '#test/build/watch-world.ts';
import { asking, createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant } from './act-on-request.ts';
import { readContent } from './contents.ts';
import { extendGrant } from './extend-grant.ts';
import { checkAllPending } from './revise-request.ts';
import { submitRequest } from './submit-request.ts';

const exec = (...pods: readonly string[]) => ({ kind: 'debug', ask: { profile: 'exec', pods } as Json });
const privileged = { containers: [{ name: 'web', image: 'web', securityContext: { privileged: true } }] };
const another = { metadata: { uid: 'another' } };

/** Pods web-0 and web-1 of `shop`, and a policy under which anybody may run commands in them. */
const company = (rules = [rule()]): World => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, debugOver()];
  world.settings.policy = policy({ rules });
  for (const name of ['web-0', 'web-1']) world.cluster.put(livePod(name));
  return world;
};
const approve = async (world: World, chain: Chain): Promise<void> => {
  const { id, revision } = (await look(world, chain)).request.asked;
  const approved = await approveRequest(world.bot, { by: bob, id, revision });
  if (!approved.ok) throw new Error(JSON.stringify(approved.error));
};
const inForce = async (world = company()): Promise<Chain> => {
  const chain = await file(world, exec('web-0'));
  await approve(world, chain);
  await settle(world);
  const now = await look(world, chain);
  expect(now.request.state.status).toBe('active');
  return now;
};
const shownOf = async (world: World, chain: Chain) => {
  const shown = await readContent(world.bot, (await look(world, chain)).request.asked);
  if (shown.type !== 'shown') throw new Error(`The content is ${shown.type}`);
  return shown.content;
};
const made = ({ cluster }: World): readonly string[] =>
  cluster.objects().flatMap(({ live }) => (live.kind.startsWith('Role') ? [`${live.kind} ${live.metadata.name}`] : []));

describe('rights to named pods', () => {
  test('are made once they are approved, cannot be had twice, and end with a proof', async () => {
    const world = company();
    const chain = await inForce(world);
    const { id } = chain.request.asked;
    expect(made(world)).toEqual([`Role hallpass-${id}-0`, `RoleBinding hallpass-${id}-0`]);
    const again = await submitRequest(world.bot, asking({ ...exec('web-0'), origin: 'form 2' }));
    expect(again).toMatchObject({ error: { type: 'already-have', allowedBy: expect.stringContaining(id) } });
    await finishGrant(world.bot, { by: alice, id });
    await settle(world);
    const ended = (await look(world, chain)).entries.findLast(({ event }) => event.type === 'ended')?.event;
    expect(ended).toMatchObject({ cause: 'done', proofs: [{ probe: 'create pods/exec/web-0 in shop' }] });
    expect(made(world)).toEqual([]);
  });

  test('say what is in the pods, and nothing of what they run', async () => {
    const world = company();
    const chain = await file(world, exec('web-0'));
    const content = await shownOf(world, chain);
    expect(content.notes).toContainEqual(expect.stringContaining('web-0: Running, ready, on node-1'));
    expect(content.findings.map(({ severity, rule: name }) => `${severity} ${name}`)).toEqual(['high rbac-pod-access']);
    // Who somebody is in the cluster is in no content either: an address would stay there.
    expect(content.changes).toEqual([]);
    expect(JSON.stringify([content, chain])).not.toMatch(new RegExp(`${podSecret}|alice@`));
  });

  test('are critical where a command in a pod reaches its node, and then decided on by the rule for that', async () => {
    const severe = rule({ name: 'severe', match: { ...rule().match, risk: ['critical'] } });
    const world = company([severe, rule()]);
    world.cluster.put(livePod('web-1', { spec: privileged }));
    const [mild, bad] = [await file(world, exec('web-0')), await file(world, { ...exec('web-1'), origin: 'form 2' })];
    expect([mild, bad].map(({ request: { asked } }) => [asked.approval.rule, asked.content?.risk])).toEqual([
      ['shop', 'high'],
      ['severe', 'critical'],
    ]);
    const logs = { kind: 'debug', ask: { profile: 'logs', pods: ['web-1'] }, origin: 'form 3' };
    expect((await file(world, logs)).request.asked.approval.rule).toBe('shop');
  });

  test('are shown anew, without votes, where another pod has the name of one while they wait', async () => {
    const world = company();
    const chain = await file(world, exec('web-0'));
    await checkAllPending(world.bot);
    expect((await look(world, chain)).request.asked.revision).toBe(1);
    world.cluster.put(livePod('web-0', { ...another, spec: privileged }));
    await checkAllPending(world.bot);
    const { asked, state } = (await look(world, chain)).request;
    expect(asked.revision).toBe(2);
    expect(state).toMatchObject({ status: 'pending', votes: [] });
    expect((await shownOf(world, chain)).findings[0]).toMatchObject({ severity: 'critical', object: 'Pod shop/web-0' });
  });

  test('are not given where another pod has the name of one by the time they are approved', async () => {
    const world = company();
    const chain = await file(world, exec('web-0'));
    await approve(world, chain);
    world.cluster.put(livePod('web-0', another));
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({ status: 'lapsed', moved: true });
    expect(made(world)).toEqual([]);
  });

  test('go on under an extension, which is judged as if its person had none of them', async () => {
    // For whom there is something to gain it is for this rule to say, also the next time and while they wait.
    const world = company([rule({ name: 'gaining', match: matchIf('size(radius.gains) > 0') }), rule()]);
    const { id } = (await inForce(world)).request.asked;
    const extension = await extendGrant(world.bot, { by: alice, id, source: 'slack', duration: '10m' });
    if (!extension.ok) throw new Error(JSON.stringify(extension.error));
    expect(extension.value.request.asked.approval.rule).toBe('gaining');
    const { reach } = await shownOf(world, extension.value);
    expect(reach.map(({ text }) => text)).toEqual(['All of it is new to them: they hold none of it now']);
    await checkAllPending(world.bot);
    expect((await look(world, extension.value)).request.asked.revision).toBe(1);
    await approve(world, extension.value);
    await settle(world);
    expect((await look(world, extension.value)).request.state.status).toBe('active');
    world.advance({ seconds: 5 });
    await settle(world);
    const { id: next } = extension.value.request.asked;
    expect(made(world)).toEqual([`Role hallpass-${next}-0`, `RoleBinding hallpass-${next}-0`]);
  });
});

describe('a watcher, which sees nothing of the cluster', () => {
  const watching = () =>
    createWatchWorld({}, exec('web-0'), 'in force', (world) => {
      world.settings.kinds = [...world.settings.kinds, debugOver()];
      for (const name of ['web-0', 'web-1']) world.cluster.put(livePod(name));
    });
  const into = (name: string, verb = 'create', namespace = 'shop'): AuditEvent =>
    auditEvent({
      verb,
      objectRef: { resource: 'pods', subresource: 'exec', namespace, name, apiVersion: 'v1' },
      stage: 'ResponseStarted',
      responseStatus: { code: 101 },
    });
  const trips = async ({ entries }: Awaited<ReturnType<typeof watching>>) =>
    (await entries()).flatMap((event) => (event.type === 'tripped' ? [`${event.rule} ${event.does}`] : []));

  test('takes commands in the pods named for what was granted, however they begin, and writes them down', async () => {
    const watched = await watching();
    await watched.report(into('web-0'), into('web-0', 'get'));
    expect(await trips(watched)).toEqual([]);
    const uses = (await watched.entries()).flatMap((event) => (event.type === 'observed' ? event.uses : []));
    expect(uses.map(({ verb, subresource, name, stream }) => [verb, subresource, name, stream])).toEqual([
      ['create', 'exec', 'web-0', true],
      ['get', 'exec', 'web-0', true],
    ]);
  });

  test.each([
    ['another pod', into('web-1')],
    ['a pod of that name elsewhere', into('web-0', 'get', 'bank')],
    [
      'their ports',
      auditEvent({
        verb: 'create',
        objectRef: { resource: 'pods', subresource: 'portforward', namespace: 'shop', name: 'web-0' },
      }),
    ],
  ])('ends the grant for commands in %s', async (_, event) => {
    const watched = await watching();
    await watched.report(event);
    expect(await trips(watched)).toEqual(['exec revoke']);
    await watched.world.steps();
    expect((await watched.request()).state).toMatchObject({ status: 'revoked', cause: 'tripped' });
  });
});
