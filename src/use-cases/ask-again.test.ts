import { describe, expect, test } from 'vitest';
import { createGuardWorld, userOf } from '#test/build/guard-world.ts';
import { alice, bob, dave } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { gate } from '#test/build/rule-world.ts';
import { file } from '#test/build/world.ts';
import { finishGrant } from './act-on-request.ts';
import { askAgain } from './ask-again.ts';
import { trip } from './trip.ts';

const opening = { object: gate({ auth: 'off', limit: '10' }) };

const deniedWorld = async () => {
  const world = createGuardWorld();
  const chain = await world.deny(await world.hold(opening));
  const { id } = chain.request.asked;
  return {
    world,
    id,
    chain,
    again: (by = alice, reason = 'it is agreed with security') => askAgain(world.bot, { by, id, reason }),
  };
};

describe('whoever answers for a held write that was denied', () => {
  test('asks anew with a reason, and its approval lets the same write in', async () => {
    const { world, id, chain, again } = await deniedWorld();
    const asked = await again();
    if (!asked.ok) throw new Error(JSON.stringify(asked.error));
    const { request } = asked.value;
    expect(request.asked).toMatchObject({
      requester: alice,
      source: 'kubectl',
      reason: 'it is agreed with security',
      follows: { request: id, why: 'it was denied' },
      held: chain.request.asked.held,
      ask: chain.request.asked.ask,
    });
    expect(await world.write(opening)).toMatchObject({
      allowed: false,
      message: expect.stringContaining(`request ${request.asked.id} waits for platform (1)`),
    });
    await world.approve(asked.value);
    expect(await world.write({ ...opening, user: userOf('dave') })).toMatchObject({ allowed: false });
    expect(await world.write(opening)).toMatchObject({ allowed: true });
    await world.steps();
    expect(await world.requests()).toEqual({ [id]: 'denied', [request.asked.id]: 'completed' });
  });

  test('is denied anew, and may ask anew of that', async () => {
    const { world, again } = await deniedWorld();
    const second = await again();
    if (!second.ok) throw new Error('It was not asked');
    await world.deny(second.value, 'still no');
    const { id } = second.value.request.asked;
    expect(await world.write(opening)).toMatchObject({ message: expect.stringContaining(`request ${id}: still no`) });
    const third = await askAgain(world.bot, { by: alice, id, reason: 'please' });
    expect(third.ok).toBe(true);
    expect(Object.values(await world.requests()).sort()).toEqual(['denied', 'denied', 'pending']);
  });

  test('does so once: the same again is known', async () => {
    const { again } = await deniedWorld();
    const first = await again();
    if (!first.ok) throw new Error('It was not asked');
    expect(await again()).toMatchObject({
      ok: true,
      value: { request: { asked: { id: first.value.request.asked.id } } },
    });
  });

  test('has to say why, and may be refused by the policy of now', async () => {
    const { world, id, again } = await deniedWorld();
    expect(await again(alice, ' ')).toMatchObject({ error: { of: 'again', refusal: { field: 'reason' } } });
    world.settings.policy = { ...world.settings.policy, rules: [rule({ permanent: false })] };
    expect(await again()).toMatchObject({ error: { of: 'again', refusal: { field: 'duration' } } });
    expect(await world.requests()).toEqual({ [id]: 'denied' });
    expect(await world.write(opening)).toMatchObject({ message: expect.stringContaining('was denied') });
  });
});

describe('nothing is asked anew', () => {
  test('by anybody else', async () => {
    const { world, id, again } = await deniedWorld();
    for (const by of [bob, dave])
      expect(await again(by)).toMatchObject({ error: { of: 'before', refusal: { type: 'not-yours' } } });
    world.directory.memberships.set(alice, 'guest');
    expect(await again()).toMatchObject({ error: { of: 'before', refusal: { type: 'not-a-member' } } });
    expect(await world.requests()).toEqual({ [id]: 'denied' });
  });

  test('of what was not denied, was not held, or is not there', async () => {
    const world = createGuardWorld();
    const chain = await world.hold(opening);
    const ask = (id: string) => askAgain(world.bot, { by: alice, id: id as never, reason: 'please' });
    const nothing = { error: { of: 'before', refusal: { type: 'nothing-to-ask-again' } } };
    expect(await ask(chain.request.asked.id)).toMatchObject(nothing);
    await world.approve(chain);
    expect(await ask(chain.request.asked.id)).toMatchObject(nothing);
    expect(await ask('k7m2-qx')).toMatchObject({ error: { of: 'before', refusal: { type: 'no-such-request' } } });
  });

  test('of a log that cannot be believed', async () => {
    const { world, id, again } = await deniedWorld();
    world.store.tamper(id, (lines) => lines.map((line) => line.replace('denied', 'Denied')));
    expect(await again()).toMatchObject({ error: { of: 'before', refusal: { type: 'broken-log' } } });
  });
});

describe('whoever asked for a grant that was ended for how it was used', () => {
  const grantWorld = async () => {
    const world = createGuardWorld();
    const chain = await world.approve(await file(world));
    await world.steps();
    const { id } = chain.request.asked;
    const again = (by = alice) => askAgain(world.bot, { by, id, reason: 'it was me, and I am done with that' });
    return { world, chain, id, again };
  };
  const wrong = { rule: 'secrets-listing', evidence: ['12:04:07 list secrets in shop'] } as const;

  test('asks for the same anew, and those who decide read what it follows', async () => {
    const { world, chain, id, again } = await grantWorld();
    await trip(world.bot, { id, ...wrong });
    await world.steps();
    const asked = await again();
    if (!asked.ok) throw new Error(JSON.stringify(asked.error));
    const { kind, ask, seconds, approval } = chain.request.asked;
    expect(asked.value.request.asked).toMatchObject({ kind, ask, seconds, approval, requester: alice });
    expect(asked.value.request.asked.follows).toEqual({ request: id, why: 'Secrets were listed', ended: true });
    expect(asked.value.request.state.status).toBe('pending');
    expect(await again(bob)).toMatchObject({ error: { refusal: { type: 'not-yours' } } });
  });

  test('does not while it is being ended, nor where it was only warned of', async () => {
    const nothing = { error: { of: 'before', refusal: { type: 'nothing-to-ask-again' } } };
    const warned = await grantWorld();
    await trip(warned.world.bot, { id: warned.id, rule: 'new-address', evidence: [] });
    expect(await warned.again()).toMatchObject(nothing);
    const { world, id, again } = await grantWorld();
    await trip(world.bot, { id, ...wrong });
    expect(await again()).toMatchObject(nothing);
    expect(await finishGrant(world.bot, { by: alice, id })).toMatchObject({
      error: { type: 'already-ending', cause: 'tripped' },
    });
  });
});
