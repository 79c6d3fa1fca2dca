import { describe, expect, test } from 'vitest';
import type { Use } from '#domain/request/events.ts';
import { lateEvents } from '#domain/request/next-step.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { asking, createWorld, file, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant, withdrawRequest } from './act-on-request.ts';
import type { Asking } from './asking.ts';
import { noteObserved } from './note-observed.ts';
import { trip } from './trip.ts';
import { usedLastTime } from './used-last-time.ts';

const use = (verb: string, name: string, more: Partial<Use> = {}): Use => ({
  verb,
  group: 'networking.k8s.io',
  resource: 'ingresses',
  namespace: 'shop',
  name,
  ...more,
});

/** Somebody had this, did that, and it was summed up. */
const had = async (world: World, uses: readonly Use[], changed: Partial<Asking> = {}) => {
  const chain = await file(world, { ...changed });
  const { id } = chain.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  await settle(world);
  if (uses.length > 0) await noteObserved(world.bot, { type: 'observed', id, cluster: 'prod', uses: [...uses] });
  return {
    chain,
    id,
    end: async () => {
      world.advance({ minutes: 1 });
      await finishGrant(world.bot, { by: changed.by ?? alice, id });
      await settle(world);
      world.summing.watched.set('prod', world.now());
      world.advance(lateEvents);
      await settle(world);
    },
  };
};
const edit = (...objects: readonly string[]) => ({ ask: { profile: 'ingress-edit', objects: [...objects] } });

describe('who asks for the same again', () => {
  test('learns that less was used the last time, and what that was', async () => {
    const world = createWorld();
    const { id, end } = await had(world, [use('patch', 'web')]);
    await end();
    expect(await usedLastTime(world.bot, asking())).toMatchObject({
      asked: { id },
      used: [{ verbs: ['patch'], names: ['web'] }],
      narrower: { profile: 'ingress-edit', objects: ['web'] },
    });
  });

  test('learns nothing where no less would do than what is asked for now', async () => {
    const world = createWorld();
    await (await had(world, [use('patch', 'web')])).end();
    expect(await usedLastTime(world.bot, asking(edit('web')))).toBeUndefined();
    // Something else than last time is wanted now: what was used then says nothing of it.
    expect(await usedLastTime(world.bot, asking(edit('api')))).toBeUndefined();
    expect(await usedLastTime(world.bot, asking(edit('api', 'web')))).toMatchObject({ narrower: edit('web').ask });
  });

  test('is told once: the request after that is the one just before the next', async () => {
    const world = createWorld();
    await (await had(world, [use('patch', 'web')])).end();
    expect(await usedLastTime(world.bot, asking())).toBeDefined();
    const next = await file(world, { origin: 'again' });
    expect(await usedLastTime(world.bot, asking())).toBeUndefined();
    await withdrawRequest(world.bot, { by: alice, id: next.request.asked.id });
    expect(await usedLastTime(world.bot, asking())).toBeUndefined();
  });

  test('only by their own last request, in the same place, for the same profile', async () => {
    const world = createWorld();
    await (await had(world, [use('patch', 'web')])).end();
    for (const other of [
      { by: dave, subject: dave },
      { subject: dave },
      { namespace: 'bank' },
      { cluster: 'test' },
      { kind: 'open' },
      { ask: { profile: 'ingress-view', objects: [] } },
      { ask: null },
    ])
      expect(await usedLastTime(world.bot, asking(other))).toBeUndefined();
  });

  test('not where it is less than certain', async () => {
    for (const spoil of [
      async (world: World, id: Awaited<ReturnType<typeof had>>['id']) =>
        trip(world.bot, { id, rule: 'new-address', evidence: [] }),
      async (world: World, id: Awaited<ReturnType<typeof had>>['id']) =>
        noteObserved(world.bot, {
          type: 'observed',
          id,
          cluster: 'prod',
          uses: [use('get', 'web', { allowedBy: 'ClusterRoleBinding "ops"' })],
        }),
    ]) {
      const world = createWorld();
      const { id, end } = await had(world, [use('patch', 'web')]);
      await spoil(world, id);
      await end();
      expect(await usedLastTime(world.bot, asking())).toBeUndefined();
    }
    const unused = createWorld();
    await (await had(unused, [])).end();
    expect(await usedLastTime(unused.bot, asking())).toBeUndefined();
  });

  test('by what is known by now: what was reported after the summary counts', async () => {
    const world = createWorld();
    const { id, end } = await had(world, [use('patch', 'web')]);
    await end();
    await noteObserved(world.bot, { type: 'observed', id, cluster: 'prod', uses: [use('patch', 'api')] });
    expect(await usedLastTime(world.bot, asking())).toMatchObject({ narrower: edit('api', 'web').ask });
  });

  test('while nothing is summed up yet, nothing is said', async () => {
    const world = createWorld();
    const { id } = await had(world, [use('patch', 'web')]);
    await finishGrant(world.bot, { by: alice, id });
    await settle(world);
    expect(await usedLastTime(world.bot, asking())).toBeUndefined();
  });
});
