import { describe, expect, test } from 'vitest';
import { type GuardEntry, writeEntry } from '#domain/guard/entry.ts';
import type { Author } from '#domain/request/events.ts';
import { createGuardWorld, type GuardWorld, gateTarget, userOf } from '#test/build/guard-world.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { gate } from '#test/build/rule-world.ts';
import { revokeGrant, withdrawRequest } from './act-on-request.ts';
import { createHeads } from './heads.ts';
import { reviewWrite } from './review-write.ts';
import { sweepMarkers } from './sweep-markers.ts';

const opening = { object: gate({ auth: 'off', limit: '10' }) };
const other = { object: gate({ auth: 'off', limit: '0' }) };

const approvedWorld = async () => {
  const world = createGuardWorld();
  const chain = await world.approve(await world.hold(opening));
  return { world, chain, id: chain.request.asked.id };
};
const isHeld = async (world: GuardWorld, writing: Parameters<GuardWorld['write']>[0] = opening) => {
  const answer = await world.write(writing);
  expect(answer).toMatchObject({ allowed: false, code: 403 });
  return answer.allowed ? '' : answer.message;
};
/** Puts the gate back as it was, past everything. */
const close = (world: GuardWorld) =>
  world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));

describe('an approval lets nothing in', () => {
  test('once it was taken back, by whoever asked or by whoever may', async () => {
    for (const takeBack of ['requester', 'approver'] as const) {
      const { world, id } = await approvedWorld();
      const taken =
        takeBack === 'requester'
          ? await withdrawRequest(world.bot, { by: alice, id })
          : await revokeGrant(world.bot, { by: bob, id, reason: 'not now' });
      expect(taken.ok).toBe(true);
      expect(await isHeld(world)).toContain('It is request');
      await world.steps();
      await isHeld(world);
      await world.takeIn();
      expect((await world.requests())[id]).toBe('lapsed');
      expect(Object.values(await world.requests()).sort()).toEqual(['lapsed', 'pending']);
    }
  });

  test('when its log was brought back to how it was before it was used', async () => {
    const { world, id, chain } = await approvedWorld();
    const lines = await world.store.read(id);
    expect(await world.write(opening)).toMatchObject({ allowed: true });
    await world.steps();
    close(world);
    world.store.tamper(id, () => lines);
    await isHeld(world);
    expect(chain.request.state.status).toBe('approved');
  });

  test('when its log was brought back to how it was before it was taken back, or lapsed', async () => {
    for (const end of ['taken back', 'lapsed'] as const) {
      const { world, id } = await approvedWorld();
      const lines = await world.store.read(id);
      if (end === 'taken back') await withdrawRequest(world.bot, { by: alice, id });
      else world.advance({ minutes: 60, seconds: 3 });
      await world.steps();
      expect((await world.requests())[id]).toBe('lapsed');
      world.store.tamper(id, () => lines);
      await isHeld(world);
    }
  });

  test('when its log was brought back long after, when no marker holds it back any more', async () => {
    const { world, id } = await approvedWorld();
    const lines = await world.store.read(id);
    await world.write(opening);
    await world.steps();
    close(world);
    world.advance({ hours: 26 });
    await sweepMarkers(world.worker, world.cluster);
    expect(await world.cluster.markers('hallpass-markers')).toEqual([]);
    world.store.tamper(id, () => lines);
    await isHeld(world);
  });

  test('when this guard has seen more of its log before', async () => {
    const { world, id } = await approvedWorld();
    const guard = { ...world.guard, heads: createHeads() };
    const lines = await world.store.read(id);
    const write = await world.ask(opening);
    expect(await reviewWrite(guard, write)).toMatchObject({ allowed: true });
    await withdrawRequest(world.bot, { by: alice, id });
    expect(await reviewWrite(guard, write)).toMatchObject({ allowed: false });
    world.store.tamper(id, () => lines);
    await world.held.intake.keep(await world.fingerprint(opening), id);
    expect(await reviewWrite(guard, write)).toMatchObject({ allowed: false });
  });

  test('when something foreign stands where its marker would be', async () => {
    const { world, id } = await approvedWorld();
    const metadata = { name: `applied-${id}-r1`, namespace: 'hallpass-markers' };
    world.cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await isHeld(world);
  });

  test('when a line of its log was changed, left out, moved or added', async () => {
    const edits: ((lines: readonly string[]) => readonly string[])[] = [
      (lines) => lines.slice(1),
      (lines) => [lines[0] ?? '', ...lines.slice(2)],
      (lines) => lines.toReversed(),
      (lines) => lines.map((line) => line.replace('"quorum"', '"Quorum"')),
      (lines) => lines.map((line) => line.replace(/"applyBy":"2026/, '"applyBy":"2027')),
      (lines) => [...lines, lines.at(-1) ?? ''],
      (lines) => [...lines, '{}'],
      (lines) => [...lines, ''],
      (lines) => [lines[0]?.replace(/"fingerprint":"[^"]*"/, '"fingerprint":"f"') ?? '', ...lines.slice(1)],
    ];
    for (const edit of edits) {
      const { world, id } = await approvedWorld();
      world.store.tamper(id, edit);
      await isHeld(world);
      expect(world.alarms).toContain('The log of a request cannot be believed; nothing is done for it');
    }
  });

  test('that was written by a process that approves nothing, or for another request', async () => {
    const { world, id } = await approvedWorld();
    const pending = await world.hold(other);
    const [approved = ''] = (await world.store.read(id)).slice(-1);
    for (const author of ['worker', 'guard', 'bot'] as const) {
      const entry = { ...JSON.parse(approved), request: pending.request.asked.id, version: 2, previous: pending.head };
      const signed = JSON.stringify({ ...entry, author, key: world.signer(author).key });
      world.store.tamper(pending.request.asked.id, ([first = '']) => [first, signed]);
      await isHeld(world, other);
      world.store.tamper(pending.request.asked.id, ([first = '']) => [first, approved]);
      await isHeld(world, other);
    }
  });
});

describe('an index that somebody else has written', () => {
  test('to another’s approved request lets nothing in, and the write is filed as its own', async () => {
    const { world, id } = await approvedWorld();
    for (const writing of [other, { ...other, user: userOf('dave') }, { deletes: gateTarget }]) {
      world.held.forge(await world.fingerprint(writing), id);
      expect(await isHeld(world, writing)).not.toContain(id);
    }
    await world.takeIn();
    expect((await world.requests())[id]).toBe('approved');
    expect(await world.write(opening)).toMatchObject({ allowed: true });
  });

  test('to what still waits, or to nothing at all, lets nothing in', async () => {
    const { world, id } = await approvedWorld();
    const nothing = id.startsWith('2') ? id.replace(/^./, '3') : id.replace(/^./, '2');
    for (const found of [(await world.hold(other)).request.asked.id, nothing as typeof id]) {
      world.held.forge(await world.fingerprint(opening), found);
      await isHeld(world);
    }
  });
});

describe('what is left for the bot', () => {
  const entryOf = async (world: GuardWorld): Promise<GuardEntry> => {
    await world.write(opening);
    const [text = ''] = world.held.waiting();
    await world.takeIn();
    return JSON.parse(text).entry;
  };
  /** The same as a write that was never made. */
  const forged = async (world: GuardWorld): Promise<GuardEntry> => {
    const entry = await entryOf(world);
    const id = entry.id.startsWith('2') ? entry.id.replace(/^./, '3') : entry.id.replace(/^./, '2');
    return { ...entry, id } as GuardEntry;
  };

  test.each<Author>(['bot', 'worker'])('and signed by the %s is dropped with an alarm', async (author) => {
    const world = createGuardWorld();
    world.held.leave(writeEntry(await forged(world), world.signer(author)));
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
    expect(world.alarms).toEqual(['An entry that no guard has signed was left for the bot, and is dropped']);
    expect(world.held.waiting()).toEqual([]);
  });

  test('and signed by nobody, by another key, or for another text is dropped too', async () => {
    const world = createGuardWorld();
    const entry = await forged(world);
    const genuine = JSON.parse(writeEntry(entry, world.signer('guard')));
    const stranger = createGuardWorld().signer('guard');
    const left = [
      '',
      'null',
      '[]',
      '{',
      JSON.stringify(entry),
      JSON.stringify({ entry }),
      JSON.stringify({ ...genuine, signature: '' }),
      JSON.stringify({ ...genuine, entry: { ...entry, user: userOf('dave') } }),
      JSON.stringify({ ...genuine, entry: { ...entry, after: other.object } }),
      JSON.stringify({ ...genuine, more: 1 }),
      writeEntry(entry, stranger),
      writeEntry(entry, { ...stranger, key: world.signer('guard').key }),
    ];
    for (const text of left) world.held.leave(text);
    await world.takeIn();
    expect(Object.values(await world.requests())).toEqual(['pending']);
    expect(world.alarms).toHaveLength(left.length);
    expect(world.held.waiting()).toEqual([]);
  });

  test('and was taken in before changes nothing when it is left again', async () => {
    const world = createGuardWorld();
    const entry = await entryOf(world);
    const { id } = entry;
    for (const then of ['pending', 'denied'] as const) {
      if (then === 'denied') await world.deny(await world.hold(opening));
      const before = await world.store.read(id);
      world.held.leave(writeEntry(entry, world.signer('guard')));
      await world.takeIn();
      expect(await world.requests()).toEqual({ [id]: then });
      expect(await world.store.read(id)).toEqual(before);
    }
  });

  test('as used of a grant that is not in force is not written down', async () => {
    const { world, id } = await approvedWorld();
    const before = await world.store.read(id);
    const { namespace, name } = gateTarget;
    const target = { apiVersion: 'v1', kind: 'ConfigMap', name, ...(namespace === undefined ? {} : { namespace }) };
    const used = { type: 'used', id, operation: 'update', target, risk: 'none' } as const;
    world.held.leave(writeEntry(used, world.signer('guard')));
    world.held.leave(writeEntry({ ...used, id: 'k7m2-qx' as typeof id }, world.signer('guard')));
    await world.takeIn();
    expect(await world.store.read(id)).toEqual(before);
    expect(world.held.waiting()).toEqual([]);
  });
});

describe('a denial', () => {
  test('stands for the same content, however often, by whoever and for however long it is tried', async () => {
    const world = createGuardWorld();
    const chain = await world.deny(await world.hold(opening), 'not before noon');
    const { id } = chain.request.asked;
    for (const user of [userOf('alice'), userOf('dave'), 'nobody@example.com']) {
      const message = await isHeld(world, { ...opening, user });
      expect(message).toContain(`was denied, as request ${id}: not before noon.`);
      expect(message).toContain(`"/jit again ${id}" asks anew`);
    }
    world.advance({ hours: 24 * 30 });
    expect(await isHeld(world)).toContain('was denied');
    await world.takeIn();
    expect(await world.requests()).toEqual({ [id]: 'denied' });
  });

  test('is of that content alone', async () => {
    const world = createGuardWorld();
    await world.deny(await world.hold(opening));
    expect((await world.hold(other)).request.state.status).toBe('pending');
  });

  test('is read as one line, whatever was said', async () => {
    const world = createGuardWorld();
    await world.deny(await world.hold(opening), `no\nHallpass: approved as request k7m2-qx ${'x'.repeat(2_000)}`);
    const message = await isHeld(world);
    expect(message.split('\n').map((line) => line.slice(0, 4))).toEqual(['This', 'That', 'See ']);
    expect(message.length).toBeLessThan(900);
  });
});

test('whoever it is said to come from alone is asked, and alone can do it', async () => {
  // Anybody may have asked the guard in Dave's name.
  const world = createGuardWorld();
  const chain = await world.hold({ ...opening, user: userOf('dave') });
  expect(chain.request.asked.requester).toBe(dave);
  await world.approve(chain);
  await isHeld(world);
  expect(await world.write({ ...opening, user: userOf('dave') })).toMatchObject({ allowed: true });
});
