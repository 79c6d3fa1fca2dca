import { describe, expect, test } from 'vitest';
import { requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { createGuardWorld, type GuardWorld, gateTarget, noted, type Writing } from '#test/build/guard-world.ts';
import { alice } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { ingressTarget, shopIngress } from '#test/build/shop-ingress.ts';
import { look } from '#test/build/world.ts';
import { withdrawRequest } from './act-on-request.ts';
import { createRecentRefusals } from './recent-refusals.ts';
import { reviewWrite } from './review-write.ts';
import { takeInWrites } from './take-in-writes.ts';

const opening = { object: gate({ auth: 'off' }) };
const otherClass: Writing = {
  object: { ...shopIngress(), spec: { ...(shopIngress().spec as object), ingressClassName: 'other' } },
};
const annotating: Writing = { object: noted(shopIngress(), { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' }) };

const approvedWorld = async (writing: Writing = opening) => {
  const world = createGuardWorld();
  world.cluster.put(shopIngress());
  const chain = await world.approve(await world.hold(writing));
  return { world, chain };
};
/** What somebody posts to the guard who is no API server: this write, in its author's name, from a state that is made up. */
const forge = async (world: GuardWorld, writing: Writing, made: Readonly<Record<string, unknown>>): Promise<void> => {
  const asked = await world.ask(writing);
  const before = { ...asked.before, metadata: { ...asked.before?.metadata, ...made } } as unknown as Manifest;
  await reviewWrite(world.guard, { ...asked, before });
};
const stamp = (world: GuardWorld): void =>
  world.cluster.edit(gateTarget, (live) => noted(live, { 'acme.test/commit': 'f00' }));
const stamped = { object: noted(opening.object, { 'acme.test/commit': 'f00' }) };
const serve = (world: GuardWorld): void =>
  world.cluster.edit(ingressTarget, (live) => ({
    ...live,
    status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
  }));

describe('a made-up review in the name of the author', () => {
  const states = [
    { resourceVersion: '1000001', generation: 99 },
    { resourceVersion: '1', generation: 1 },
    { resourceVersion: '1', generation: 0 },
    { resourceVersion: 'x', generation: 99 },
    { resourceVersion: 'x'.repeat(1_000) },
    { resourceVersion: 7 },
    { generation: 0.5 },
    { generation: 1e15 },
    { uid: 'made up' },
  ];
  test.for([
    ['of a sort without generation', opening],
    ['of a spec', otherClass],
    ['of an annotation', annotating],
  ] as const)('takes nothing from an approved write %s', async ([, writing]) => {
    const { world, chain } = await approvedWorld(writing);
    for (const made of states) await forge(world, writing, made);
    expect(await world.write(writing)).toMatchObject({ allowed: true });
    expect((await look(world, chain)).request.state.status).toBe('approved');
  });

  test('takes nothing from it either where somebody withdraws what it had filed', async () => {
    const { world } = await approvedWorld(annotating);
    for (let nth = 0; nth < 3; nth += 1) {
      await forge(world, annotating, { uid: `made up ${nth}` });
      await world.takeIn();
      const [waiting] = Object.entries(await world.requests()).filter(([, status]) => status === 'pending');
      const id = requestId.parse(waiting?.[0]);
      const withdrawn = await withdrawRequest(world.bot, { by: alice, id });
      expect(withdrawn.ok).toBe(true);
      world.advance({ seconds: 1 });
    }
    expect(await world.write(annotating)).toMatchObject({ allowed: true });
  });

  test('takes nothing from it where it becomes no request', async () => {
    const { world } = await approvedWorld(annotating);
    await forge(world, annotating, { uid: 'made up' });
    await takeInWrites({ ...world.bot, draft: () => Promise.reject(new Error('No worker answered')) });
    expect(Object.values(await world.requests())).toEqual(['approved']);
    expect(await world.write(annotating)).toMatchObject({ allowed: true });
  });

  test('has nobody refused who comes a moment later', async () => {
    const { world } = await approvedWorld(annotating);
    await forge(world, annotating, { uid: 'made up' });
    await world.takeIn();
    const recent = createRecentRefusals(() => 0);
    const remembering = { ...world, guard: { ...world.guard, recent } };
    await forge(remembering, annotating, { uid: 'made up' });
    const asked = await world.ask(annotating);
    expect(await reviewWrite(remembering.guard, asked)).toMatchObject({ allowed: true });
  });

  test('that is denied leaves the write denied: whoever decided last has decided', async () => {
    const { world } = await approvedWorld(annotating);
    await forge(world, annotating, { uid: 'made up' });
    await world.takeIn();
    const [waiting] = Object.entries(await world.requests()).filter(([, status]) => status === 'pending');
    await world.deny(await look(world, { request: { asked: { id: requestId.parse(waiting?.[0]) } } } as never));
    expect(await world.write(annotating)).toMatchObject({ allowed: false, message: expect.stringContaining('denied') });
  });

  test('from what the object was before it was asked for takes nothing either, where its status has changed since', async () => {
    const { world } = await approvedWorld(otherClass);
    serve(world);
    for (const made of states) await forge(world, otherClass, made);
    expect(await world.write(otherClass)).toMatchObject({ allowed: true });
  });

  test('has no write go through twice, whichever state it foretells', async () => {
    for (const writing of [opening, otherClass]) {
      const { world } = await approvedWorld(writing);
      for (const [version, generation] of [
        [102, 2],
        [103, 3],
        [104, 3],
        [105, 3],
        [106, 3],
        [1, 3],
      ])
        await forge(world, writing, { resourceVersion: String(version), generation });
      expect(await world.write(writing)).toMatchObject({ allowed: true });
      // Put back before anybody has seen it.
      world.cluster.edit(gateTarget, (live) => ({
        ...live,
        ...gate({ auth: 'on', limit: '10' }),
        metadata: live.metadata,
      }));
      world.cluster.edit(ingressTarget, (live) => ({ ...live, spec: shopIngress().spec }) as Manifest);
      expect(await world.write({ ...writing, fails: true })).toMatchObject({ allowed: false });
    }
  });
});

describe('an approved write', () => {
  test('whose object was made again by its name is held anew: it may have been made of the one before', async () => {
    const { world } = await approvedWorld(otherClass);
    expect(await world.write(otherClass)).toMatchObject({ allowed: true });
    world.cluster.discard(ingressTarget);
    world.cluster.put(shopIngress());
    expect(await world.write(otherClass)).toMatchObject({ allowed: false });
  });

  test('that was refused because nobody could look it up goes through, after a stamp that makes no difference', async () => {
    for (const fails of ['own', 'time'] as const) {
      const { world } = await approvedWorld();
      const away = { [fails]: () => Promise.reject(new Error('timeout')) };
      const guard = { ...world.guard, cluster: { ...world.guard.cluster, ...away } };
      expect(await reviewWrite(guard, await world.ask(opening))).toMatchObject({ allowed: false });
      stamp(world);
      expect(await world.write(stamped)).toMatchObject({ allowed: true });
    }
  });

  test('that failed behind the guard goes through again, whatever stands in the status by now', async () => {
    const { world } = await approvedWorld(otherClass);
    expect(await world.write({ ...otherClass, fails: true })).toMatchObject({ allowed: true });
    serve(world);
    expect(await world.write(otherClass)).toMatchObject({ allowed: true });
  });

  test('of what no generation counts is then held anew: nothing tells that it was not made and put back', async () => {
    const { world } = await approvedWorld(annotating);
    expect(await world.write({ ...annotating, fails: true })).toMatchObject({ allowed: true });
    serve(world);
    expect(await world.write(annotating)).toMatchObject({ allowed: false });
  });
});
