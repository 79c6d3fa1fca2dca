import { describe, expect, test } from 'vitest';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Rule } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Use } from '#domain/request/events.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { deletePodOver, podOf, podSecret } from '#test/build/pods.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { asking, createWorld, cutOffAt, file, look, settle, type World } from '#test/build/world.ts';
import { refusal } from '#test/memory/refusal.ts';
import { approveRequest, denyRequest, finishGrant, withdrawRequest } from './act-on-request.ts';
import { readContent } from './contents.ts';
import { endPods, type PodsAsked } from './end-pods.ts';
import { endsToTell } from './ends-to-tell.ts';
import { extendGrant } from './extend-grant.ts';
import { createFollower } from './follow-lapsed.ts';
import { noteObserved } from './note-observed.ts';
import { openedBefore } from './opened-before.ts';
import { checkAllPending } from './revise-request.ts';
import { createStepRunner, runStep } from './run-step.ts';
import { submitRequest } from './submit-request.ts';
import { createJournalSweep } from './sweep-journals.ts';

const opened = (name: string, more: Partial<Use> = {}): Use => ({
  verb: 'create',
  group: '',
  resource: 'pods',
  subresource: 'exec',
  namespace: 'shop',
  name,
  stream: true,
  ...more,
});

const approve = async (world: World, chain: Chain, by = bob): Promise<void> => {
  const { id, revision } = chain.request.asked;
  const approved = await approveRequest(world.bot, { by, id, revision });
  if (!approved.ok) throw new Error(JSON.stringify(approved.error));
};

/** A grant of Alice's that is in force, beside these pods of `shop`. */
const granted = async (...pods: readonly string[]) => {
  const world = createWorld();
  world.settings.kinds = [...world.settings.kinds, deletePodOver()];
  world.settings.policy = policy({ rules: [rule({ permanent: true })] });
  for (const name of new Set(pods)) world.cluster.put(podOf(name, { owner: 'StatefulSet/web' }));
  const grant = await file(world);
  await approve(world, grant);
  await settle(world);
  return { world, grant };
};

/** One that has ended, under which this was opened. */
const ended = async (...uses: readonly Use[]) => {
  const used = uses.flatMap(({ namespace, name }) => (namespace === 'shop' && name !== undefined ? [name] : []));
  const { world, grant } = await granted('web-0', 'web-1', ...used);
  world.advance({ minutes: 2 });
  const { id } = grant.request.asked;
  if (uses.length > 0) await noteObserved(world.bot, { type: 'observed', id, cluster: 'prod', uses: [...uses] });
  await finishGrant(world.bot, { by: alice, id });
  await settle(world);
  world.advance({ minutes: 2 });
  return { world, id };
};

const only = async (world: World, id: RequestId, by = alice, reason?: string): Promise<PodsAsked['filed']> => {
  const asked = await endPods(world.bot, { by, id, ...(reason === undefined ? {} : { reason }) });
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  return asked.value[0]?.filed ?? expect.fail('nothing was asked');
};
const filed = async (world: World, id: RequestId, by = alice, reason?: string) => {
  const result = await only(world, id, by, reason);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const names = (world: World) => world.cluster.objects().flatMap(({ ref }) => (ref.kind === 'Pod' ? [ref.name] : []));

describe('the pods in which something was opened under a grant that has ended', () => {
  test('are deleted when that is approved, and nothing of what they run is written down', async () => {
    const { world, id } = await ended(opened('web-0'), opened('web-0', { subresource: 'portforward' }));
    const { chain, isNew } = await filed(world, id, dave);
    expect(isNew).toBe(true);
    const { asked } = chain.request;
    expect(asked).toMatchObject({
      kind: 'delete-pod',
      requester: dave,
      reason: `It may hold open what was opened under ${id}: exec and port-forward in web-0.`,
      ask: { profile: 'pods', pods: ['web-0'], madeBefore: '2026-11-20T12:02:00Z' },
    });
    expect(asked).not.toHaveProperty('seconds');
    const shown = await readContent(world.bot, asked);
    expect(shown).toMatchObject({ content: { changes: [{ op: 'delete', target: { name: 'web-0' }, diff: '' }] } });
    expect(JSON.stringify([shown, await world.store.read(asked.id)])).not.toContain(podSecret);
    await approve(world, chain);
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'completed',
      changed: [{ op: 'delete', kind: 'Pod', name: 'web-0' }],
    });
    expect(names(world)).toEqual(['web-1']);
    expect(await filed(world, id)).toMatchObject({ isNew: false, chain: { request: { asked: { id: asked.id } } } });
    // Its origin is forgotten.
    world.advance({ hours: 25 });
    expect(await only(world, id)).toMatchObject({ error: { why: expect.stringContaining('Pod web-0 is gone.') } });
  });

  test('are asked for once, whoever clicks how often, and anew once that came to nothing', async () => {
    const { world, id } = await ended(opened('web-0'));
    const first = await filed(world, id);
    const again = await filed(world, id, dave);
    expect(again).toMatchObject({ isNew: false, chain: { request: { asked: { id: first.chain.request.asked.id } } } });
    const { id: asked, revision } = first.chain.request.asked;
    await denyRequest(world.bot, { by: carol, id: asked, revision, reason: 'not now' });
    const anew = await filed(world, id, dave, 'it mines coins.');
    expect(anew).toMatchObject({ isNew: true, chain: { request: { asked: { requester: dave } } } });
    expect(anew.chain.request.asked.reason).toMatch(/^it mines coins\. It may hold open/);
    expect(await filed(world, id)).toMatchObject({ isNew: false });
  });

  test('are asked for by others however often somebody asks and withdraws', async () => {
    const { world, id } = await ended(opened('web-0'));
    for (let nth = 0; nth < 30; nth += 1) {
      const asked = await only(world, id);
      if (!asked.ok) break;
      await withdrawRequest(world.bot, { by: alice, id: asked.value.chain.request.asked.id });
    }
    expect(await only(world, id)).toMatchObject({ error: { why: expect.stringContaining('Ask for it by name') } });
    const { chain, isNew } = await filed(world, id, dave);
    expect(isNew).toBe(true);
    expect(await filed(world, id, dave)).toMatchObject({
      isNew: false,
      chain: { request: { asked: chain.request.asked } },
    });
  });

  test('are not said to be asked for already where only others are', async () => {
    const { world, id } = await ended(opened('web-0'));
    const first = await filed(world, id);
    const late = [opened('web-1')];
    await noteObserved(world.bot, { type: 'observed', id, cluster: 'prod', uses: late });
    const asked = await endPods(world.bot, { by: dave, id });
    expect(asked).toMatchObject({
      value: [
        {
          pods: ['web-0'],
          filed: { value: { isNew: false, chain: { request: { asked: first.chain.request.asked } } } },
        },
        {
          pods: ['web-1'],
          filed: { value: { isNew: true, chain: { request: { asked: { ask: { pods: ['web-1'] } } } } } },
        },
      ],
    });
    await approve(world, first.chain);
    await settle(world);
    expect(names(world)).toEqual(['web-1']);
    expect(await endPods(world.bot, { by: dave, id })).toMatchObject({
      value: [
        { pods: ['web-0'], filed: { value: { isNew: false } } },
        { pods: ['web-1'], filed: { value: { isNew: false } } },
      ],
    });
  });

  test('are never too many, and what no pod can be called keeps none from being asked for', async () => {
    const many = Array.from({ length: 21 }, (_, nth) => `web-${nth + 10}`);
    const { world, id } = await ended(...many.map((name) => opened(name)), opened('No_Pod'));
    const asked = await endPods(world.bot, { by: alice, id });
    if (!asked.ok) throw new Error(JSON.stringify(asked.error));
    expect(asked.value.map(({ pods, filed: { ok } }) => [pods.length, ok])).toEqual([
      [20, true],
      [1, true],
      [1, false],
    ]);
    expect(asked.value.at(-1)).toMatchObject({
      pods: ['No_Pod'],
      filed: { error: { why: 'No pod can be called so.' } },
    });
    const again = await endPods(world.bot, { by: dave, id });
    expect(again.ok && again.value.map(({ filed: one }) => one.ok && one.value.isNew)).toEqual([false, false, false]);
    expect(await world.store.inStatus('pending', 10)).toHaveLength(2);
  });

  test('are asked for once by people who click at the same moment', async () => {
    const { world, id } = await ended(opened('web-0'));
    const asked = await Promise.all([alice, dave, alice].map((by) => filed(world, id, by)));
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await world.store.inStatus('pending', 10)).toHaveLength(1);
  });

  test('that were asked for already cost nobody a draft', async () => {
    const { world, id } = await ended(opened('web-0'));
    await filed(world, id);
    const draft = async (): Promise<never> => expect.fail('it was drafted');
    const asked = await endPods({ ...world.bot, draft }, { by: dave, id });
    expect(asked).toMatchObject({ value: [{ filed: { value: { isNew: false } } }] });
    expect(await only(world, id, erin)).toMatchObject({ error: { type: 'not-allowed' } });
  });

  test('are known by the last of the grants that went on one from another, wherever it was opened', async () => {
    const { world, grant } = await granted('web-0', 'web-1');
    let last = grant;
    for (const name of ['web-0', 'web-1']) {
      const { id } = last.request.asked;
      await noteObserved(world.bot, { type: 'observed', id, cluster: 'prod', uses: [opened(name)] });
      const extension = await extendGrant(world.bot, { by: alice, id, source: 'slack', duration: '10m' });
      if (!extension.ok) throw new Error(JSON.stringify(extension.error));
      last = extension.value;
      await approve(world, last);
      // What was extended is ended when the other is in force.
      for (let nth = 0; nth < 2; nth += 1) {
        await settle(world);
        world.advance({ seconds: 5 });
      }
      expect(await endPods(world.bot, { by: alice, id })).toMatchObject({ error: { why: 'none' } });
    }
    const { id } = last.request.asked;
    expect(await openedBefore(world.bot, (await look(world, last)).request)).toEqual([]);
    world.advance({ minutes: 2 });
    await finishGrant(world.bot, { by: alice, id });
    await settle(world);
    expect(await openedBefore(world.bot, (await look(world, last)).request)).toEqual([
      opened('web-1'),
      opened('web-0'),
    ]);
    const { chain } = await filed(world, id, dave);
    expect(chain.request.asked).toMatchObject({
      ask: { pods: ['web-0', 'web-1'], madeBefore: '2026-11-20T12:02:20Z' },
      reason: `They may hold open what was opened under ${id} or what it went on from: exec in web-1, exec in web-0.`,
    });
  });

  test('are asked for in each namespace by itself', async () => {
    const { world, id } = await ended(opened('web-0'), opened('db-0', { namespace: 'bank' }));
    world.cluster.put(podOf('db-0', { namespace: 'bank' }));
    const asked = await endPods(world.bot, { by: alice, id });
    expect(asked).toMatchObject({
      value: [
        { namespace: 'shop', pods: ['web-0'], filed: { ok: true } },
        // It was made after the end: nothing of before can be open in it.
        { namespace: 'bank', pods: ['db-0'], filed: { ok: false } },
      ],
    });
  });

  test('stay where another one has the name since, however that came', async () => {
    const { world, id } = await ended(opened('web-0'), opened('web-1'));
    const { chain } = await filed(world, id);
    world.cluster.put(podOf('web-0', { owner: 'StatefulSet/web' }));
    await checkAllPending(world.bot);
    const { asked } = (await look(world, chain)).request;
    expect(asked).toMatchObject({ revision: 2, content: { targets: [{ name: 'web-1' }] } });
    expect((await look(world, chain)).entries.at(-1)?.event).toMatchObject({
      why: 'Not part of it any more: Pod shop/web-0.',
    });
    await approve(world, await look(world, chain));
    await settle(world);
    expect((await look(world, chain)).request.state.status).toBe('completed');
    expect(names(world)).toEqual(['web-0']);
  });
});

describe('nothing is asked', () => {
  test('where nothing was opened in a pod by its name, or it has not ended', async () => {
    const watch = opened('web-0', { verb: 'watch', subresource: undefined });
    const { world, id } = await ended(watch);
    expect(await endPods(world.bot, { by: alice, id })).toMatchObject({
      error: { type: 'no-pods-to-end', why: 'none' },
    });
    const running = await file(world, { origin: 'form 2' });
    expect(await endPods(world.bot, { by: alice, id: running.request.asked.id })).toMatchObject({
      error: { type: 'no-pods-to-end', why: 'not-over' },
    });
    expect(await endPods(world.bot, { by: alice, id: 'k7m2-qx' as never })).toMatchObject({
      error: { type: 'no-such-request' },
    });
  });

  test('where the policy has no such kind, or lets this person not ask', async () => {
    const { world, id } = await ended(opened('web-0'));
    expect(await only(world, id, erin)).toMatchObject({ error: { type: 'not-allowed' } });
    world.settings.policy = policy({ rules: [rule({ permanent: false })] });
    expect(await only(world, id)).toMatchObject({ error: { why: expect.stringContaining('permanent: true') } });
    world.settings.kinds = world.settings.kinds.filter(({ endsPods }) => endsPods === undefined);
    expect(await endPods(world.bot, { by: alice, id })).toMatchObject({ error: { why: 'not-configured' } });
    world.directory.memberships.set(alice, 'guest');
    expect(await endPods(world.bot, { by: alice, id })).toMatchObject({ error: { type: 'not-a-member' } });
  });
});

describe('whom the grant does not concern', () => {
  const told = async (world: World, id: RequestId, by: PersonId) => {
    const asked = await endPods(world.bot, { by, id });
    if (!asked.ok) throw new Error(JSON.stringify(asked.error));
    return (await endsToTell(world.bot, { by, id }, asked.value)).map(({ pods }) => pods);
  };

  /** Erin may ask by some rules, and decides on nothing. */
  const erinAsks = (changed: Partial<Rule>) =>
    policy({
      groups: new Map([...groups, ['developers', { type: 'people', people: [alice, erin] }]]),
      rules: [rule({ permanent: true, ...changed })],
    });

  test('is not told by an id that they typed what was opened where, whatever keeps them from asking', async () => {
    const { world, id } = await ended(opened('web-0'), opened('db-0', { namespace: 'bank' }));
    expect(await told(world, id, erin)).toEqual([]);
    world.settings.policy = erinAsks({ permanent: false });
    expect(await only(world, id, erin)).toMatchObject({ error: { type: 'unclear' } });
    expect(await told(world, id, erin)).toEqual([]);
    expect(await told(world, id, alice)).toEqual([['web-0'], ['db-0']]);
  });

  test('is told of what they asked for, and of nothing beside it', async () => {
    const { world, id } = await ended(opened('web-0'), opened('web-1'), opened('db-0', { namespace: 'bank' }));
    world.settings.policy = erinAsks({ match: { ...rule().match, namespaces: ['shop'] } });
    for (let nth = 0; nth < 2; nth += 1) expect(await told(world, id, erin)).toEqual([['web-0', 'web-1']]);
  });
});

describe('pods that somebody names', () => {
  const typed = { kind: 'delete-pod', ask: { profile: 'pods', pods: ['web-0'] }, origin: 'typed' } as const;

  test('are deleted for good, which need not be said, and never for a time', async () => {
    const { world } = await ended();
    const first = await file(world, typed);
    expect(first.request.asked).not.toHaveProperty('seconds');
    await file(world, { ...typed, duration: 'good', origin: 'typed again' });
    expect(await submitRequest(world.bot, asking({ ...typed, duration: '30m' }))).toMatchObject({
      error: { field: 'duration', why: expect.stringContaining('for good only') },
    });
  });

  test('wait for nothing where another one has the name: nobody approves that one, or is asked about it', async () => {
    const { world } = await ended();
    const chain = await file(world, typed);
    world.cluster.put(podOf('web-0', { owner: 'StatefulSet/web' }));
    await checkAllPending(world.bot);
    expect((await look(world, chain)).request.asked.revision).toBe(1);
    const { id } = chain.request.asked;
    expect(await approveRequest(world.bot, { by: bob, id, revision: 1 })).toMatchObject({
      error: { type: 'impossible', why: expect.stringContaining('Pod shop/web-0 is another one by now') },
    });
    expect(names(world)).toEqual(['web-0', 'web-1']);
  });

  test('stay where another one has the name by the time it is done', async () => {
    const { world } = await ended();
    const chain = await file(world, typed);
    await approve(world, chain);
    world.cluster.put(podOf('web-0', { owner: 'StatefulSet/web' }));
    await settle(world);
    expect((await look(world, chain)).request.state).toMatchObject({
      status: 'lapsed',
      why: expect.stringContaining('some of it is gone, or was made anew'),
      moved: false,
    });
    await createFollower(world.bot)();
    expect(await world.store.inStatus('pending', 10)).toEqual([]);
    expect(names(world)).toEqual(['web-0', 'web-1']);
  });

  test('are deleted also where their status moves all the while', async () => {
    const { world } = await ended();
    const chain = await file(world, typed);
    await approve(world, chain);
    const target = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-0' };
    world.cluster.edit(target, (live) => ({
      ...live,
      metadata: { ...live.metadata, labels: { version: '2' } },
      status: { phase: 'Running', conditions: [] },
    }));
    await settle(world);
    expect((await look(world, chain)).request.state.status).toBe('completed');
    expect(names(world)).toEqual(['web-1']);
  });

  test('are not said to be there still where the API server refuses another one of them', async () => {
    const { world } = await ended();
    const chain = await file(world, { ...typed, ask: { profile: 'pods', pods: ['web-0', 'web-1'] } });
    await approve(world, chain);
    let calls = 0;
    world.cluster.breakDown((method) => {
      if (method === 'beginDelete') calls += 1;
      return method === 'beginDelete' && calls > 1
        ? refusal(403, 'delete Pod shop/web-1', 'A webhook says no.')
        : undefined;
    });
    await settle(world);
    const { state } = (await look(world, chain)).request;
    expect(state).toMatchObject({
      status: 'failed',
      why: expect.stringMatching(/^Gone already: Pod shop\/web-0\. .*no/),
    });
    expect(names(world)).toEqual(['web-1']);
  });

  test.each(['before', 'after'] as const)('are deleted once by workers that are cut off %s any call', async (when) => {
    let cuts = 0;
    for (let nth = 1; nth <= 40; nth += 1) {
      const { world } = await ended();
      world.cluster.put(podOf('web-2', { owner: 'StatefulSet/web' }));
      const chain = await file(world, { ...typed, ask: { profile: 'pods', pods: ['web-0', 'web-1'] } });
      await approve(world, chain);
      world.jobs.lose();
      const cut = cutOffAt(world, nth, when);
      await runStep(cut.worker, chain.request.asked.id).catch(() => {});
      if (!cut.failed()) break;
      cuts += 1;
      // A StatefulSet is quick.
      if (!names(world).includes('web-0')) world.cluster.put(podOf('web-0', { owner: 'StatefulSet/web' }));
      world.advance({ seconds: 30 });
      await settle(world);
      const { status } = (await look(world, chain)).request.state;
      expect(status, `call ${nth}`).toBe('completed');
      expect(
        names(world).filter((name) => name !== 'web-0'),
        `call ${nth}`,
      ).toEqual(['web-2']);
      await createJournalSweep(world.worker, createStepRunner(world.worker))(world.cluster, true);
      expect(
        world.cluster.objects().filter(({ ref }) => ref.kind === 'Secret'),
        `call ${nth}`,
      ).toEqual([]);
    }
    expect(cuts).toBeGreaterThan(10);
  });
});
