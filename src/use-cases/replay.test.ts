import { describe, expect, test } from 'vitest';
import type { Chain } from '#domain/request/chain.ts';
import { alice, bob } from '#test/build/people.ts';
import { later } from '#test/build/requests.ts';
import { createWorld, file, look, settle, type World } from '#test/build/world.ts';
import { approveRequest, finishGrant } from './act-on-request.ts';
import { runStep } from './run-step.ts';

const active = async (): Promise<{ world: World; chain: Chain }> => {
  const world = createWorld();
  const filed = await file(world);
  await approveRequest(world.bot, { by: bob, id: filed.request.asked.id, revision: 1 });
  await settle(world);
  return { world, chain: await look(world, filed) };
};
const stateOf = async (world: World, chain: Chain) => (await look(world, chain)).request.state;
const rbacIn = ({ cluster }: World) => cluster.objects().filter(({ ref }) => ref.kind !== 'ConfigMap');
/** Cuts the tail off the log, or restores it as it was: all behind this event is gone. */
const cutBehind = async ({ store, worker }: World, chain: Chain, event: string): Promise<void> => {
  const { entries } = await look({ worker } as World, chain);
  const kept = entries.findIndex((entry) => entry.event.type === event) + 1;
  store.tamper(chain.request.asked.id, (lines) => lines.slice(0, kept));
};
const tookUp =
  'A request was taken up again after its marker was made. If no attempt was cut off just now, by a stop or by a fault, its log was cut or restored';
const cameUp =
  'A request that was applied and ended before came up again; its log was cut or restored. Nothing was applied';

describe('a log that was cut back to its approval', () => {
  test('while the grant is active gives no more time than it had, and alarms', async () => {
    const { world, chain } = await active();
    await cutBehind(world, chain, 'approved');
    world.advance({ minutes: 10 });
    await runStep(world.worker, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'active', startedAt: later(0), expiresAt: later(30) });
    expect(rbacIn(world)).toHaveLength(2);
    expect(world.alarms).toEqual([tookUp]);
  });

  test('after the grant has expired grants nothing again, and alarms', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 30 });
    await settle(world);
    await cutBehind(world, chain, 'approved');
    const before = world.cluster.calls().length;
    await runStep(world.worker, chain.request.asked.id);
    expect(world.cluster.calls().slice(before)).not.toContain('create');
    await settle(world);
    await runStep(world.worker, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', expiresAt: later(30) });
    expect(rbacIn(world)).toEqual([]);
    expect(world.alarms).toEqual([tookUp]);
  });

  test('after the grant was given back early grants nothing again, though its time is not over, and alarms', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 5 });
    await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
    await settle(world);
    await cutBehind(world, chain, 'approved');
    await runStep(world.worker, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({
      status: 'lapsed',
      why: 'It was applied and ended once already. Ask again.',
    });
    expect(rbacIn(world)).toEqual([]);
    expect(world.alarms).toEqual([cameUp]);
  });

  test('long after its apply-by grants nothing, even if somebody deleted the marker too', async () => {
    const { world, chain } = await active();
    world.advance({ minutes: 30 });
    await settle(world);
    await cutBehind(world, chain, 'approved');
    for (const { ref } of world.cluster.objects()) world.cluster.discard(ref);
    await runStep(world.worker, chain.request.asked.id);
    expect(await stateOf(world, chain)).toMatchObject({ status: 'lapsed' });
    expect(rbacIn(world)).toEqual([]);
  });
});

test('a log that was cut back behind its end makes nothing new and ends again', async () => {
  const { world, chain } = await active();
  world.advance({ minutes: 5 });
  await finishGrant(world.bot, { by: alice, id: chain.request.asked.id });
  await settle(world);
  await cutBehind(world, chain, 'activated');
  await runStep(world.worker, chain.request.asked.id);
  expect(rbacIn(world)).toEqual([]);
  world.advance({ minutes: 30 });
  await runStep(world.worker, chain.request.asked.id);
  expect(await stateOf(world, chain)).toMatchObject({ status: 'revoked', cause: 'expired' });
  expect(rbacIn(world)).toEqual([]);
});

test('a log with an entry taken out of its middle is believed by nobody', async () => {
  const { world, chain } = await active();
  world.store.tamper(chain.request.asked.id, (lines) => lines.filter((_, index) => index !== 1));
  world.advance({ minutes: 40 });
  expect(await runStep(world.worker, chain.request.asked.id)).toEqual({ type: 'done' });
  expect(world.alarms).toContain('The log of a request cannot be believed; nothing is done for it');
});
