import { describe, expect, test } from 'vitest';
import type { UsedEntry } from '#domain/guard/entry.ts';
import type { Manifest } from '#domain/plan.ts';
import { createGuardWorld } from '#test/build/guard-world.ts';
import { id } from '#test/build/people.ts';
import { ingressTarget, shopIngress } from '#test/build/shop-ingress.ts';
import { file, look } from '#test/build/world.ts';
import { createGrantUses } from './grant-uses.ts';
import { noteUse } from './note-use.ts';
import { reviewWrite } from './review-write.ts';

const used = (changed: Partial<UsedEntry> = {}): UsedEntry => ({
  type: 'used',
  id: id(),
  operation: 'update',
  target: ingressTarget,
  risk: 'none',
  from: 'a',
  to: 'b',
  ...changed,
});

describe('the uses of a grant', () => {
  test('are noted one by one up to twenty in a minute, and then put together for each object', () => {
    let moment = 0;
    const uses = createGrantUses(() => moment);
    for (let nth = 0; nth < 20; nth += 1) expect(uses.use(used())).toEqual({ type: 'now' });
    moment = 1_000;
    expect(uses.use(used({ from: 'c', to: 'd', risk: 'high' }))).toEqual({ type: 'later', first: 59_000 });
    expect(uses.use(used({ from: 'd', to: 'e', operation: 'delete' }))).toEqual({ type: 'later' });
    const second = { ...ingressTarget, name: 'second' };
    expect(uses.use(used({ target: second }))).toEqual({ type: 'later' });
    expect(uses.use(used({ id: id('abcd-ef') }))).toEqual({ type: 'now' });
    moment = 60_000;
    const both = [used({ from: 'c', to: 'e', risk: 'high', operation: 'delete' }), used({ target: second })];
    expect(uses.take(id())).toEqual(both);
    expect(uses.take(id())).toEqual([]);
    for (let nth = 0; nth < 18; nth += 1) expect(uses.use(used())).toEqual({ type: 'now' });
    expect(uses.use(used())).toEqual({ type: 'later', first: 60_000 });
  });

  test('count anew after a minute in which nothing was put together', () => {
    let moment = 0;
    const uses = createGrantUses(() => moment);
    for (let nth = 0; nth < 20; nth += 1) uses.use(used());
    moment = 60_000;
    expect(uses.use(used())).toEqual({ type: 'now' });
  });

  test('are kept of so many objects, and what is lost is said', () => {
    const uses = createGrantUses(() => 0);
    for (let nth = 0; nth < 40; nth += 1)
      expect(uses.use(used({ target: { ...ingressTarget, name: `web-${nth}` } })).type).toBe(
        nth < 20 ? 'now' : 'later',
      );
    expect(uses.use(used({ target: { ...ingressTarget, name: 'one more' } }))).toEqual({ type: 'lost' });
    expect(uses.use(used({ target: { ...ingressTarget, name: 'web-30' } }))).toEqual({ type: 'later' });
  });
});

const labelled = (team: string): Manifest => ({
  ...shopIngress(),
  metadata: { ...shopIngress().metadata, labels: { team } },
});
const grantWorld = async () => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  const chain = await world.approve(await file(world));
  await world.steps();
  return { world, chain };
};

describe('while no bot takes anything in', () => {
  test('whoever writes in a loop under a grant leaves room for others, and what they did is told later', async () => {
    const { world, chain } = await grantWorld();
    let isOver = (): void => undefined;
    const minute = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const guard = { ...world.guard, pause: () => minute };
    for (let nth = 0; nth < 50; nth += 1) {
      const object = labelled(`team-${nth}`);
      expect(await reviewWrite(guard, await world.ask({ object }))).toMatchObject({ allowed: true });
    }
    expect(world.held.waiting()).toHaveLength(20);
    isOver();
    await expect.poll(() => world.held.waiting().length).toBe(21);
    for (let nth = 0; nth < 3; nth += 1) await world.takeIn();
    const uses = (await look(world, chain)).entries.filter(({ event }) => event.type === 'used');
    expect(uses).toHaveLength(21);
    expect(world.alarms).toEqual([]);
  });

  test('and there is no room, somebody is told of what could not be noted', async () => {
    const { world } = await grantWorld();
    for (let nth = 0; nth < 300; nth += 1) world.held.leave('something else');
    expect(await world.write({ object: labelled('beta') })).toMatchObject({ allowed: true });
    expect(world.alarms).toEqual(['The use of a grant could not be noted']);
  });
});

test('the use of a grant on how many there are says nothing of the whole object', async () => {
  const { world, chain } = await grantWorld();
  const write = { ...(await world.ask({ object: labelled('beta') })), subresource: 'scale', namespace: 'shop' };
  const [sort] = world.settings.kinds.flatMap(({ holds }) => holds?.sorts ?? []);
  const [protection] = world.settings.policy.protect;
  if (sort === undefined || protection === undefined) throw new Error('Nothing is held');
  const covering = { type: 'covers', chain, risk: 'none', findings: [] } as const;
  await noteUse(world.guard, { write, sort, protection, fingerprint: 'f', what: 'it' }, covering);
  expect(JSON.parse(world.held.waiting()[0] ?? '').entry).not.toHaveProperty('to');
});
