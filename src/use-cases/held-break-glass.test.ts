import { describe, expect, test } from 'vitest';
import { needsReview } from '#domain/request/terms.ts';
import { breakGlass } from '#test/build/break-glass-world.ts';
import { createGuardWorld, type GuardWorld, gateTarget, heldInShop, noted, userOf } from '#test/build/guard-world.ts';
import { alice, bob, erin } from '#test/build/people.ts';
import { groups, policy, rule } from '#test/build/policy.ts';
import { gate } from '#test/build/rule-world.ts';
import { reviewRequest } from './act-on-request.ts';
import { find } from './request-log.ts';

const opened = gate({ auth: 'off', limit: '10' });
const because = (why: string, object = opened) => noted(object, { 'intent.hallpass.dev/break-glass': why });
const breaking = { object: because('checkout is down') };
const byErin = { user: userOf('erin') };

/** Alice and Erin are on call; Dave is a developer only. */
const glassWorld = (isPrompt = true): GuardWorld => {
  const world = createGuardWorld({ isPrompt });
  const oncall = { type: 'people', people: [erin, alice] } as const;
  world.settings.policy = policy({
    rules: [rule({ permanent: true, breakGlass })],
    protect: [heldInShop()],
    groups: new Map([...groups, ['oncall', oncall]]),
  });
  world.settings.identities = [
    ...world.settings.identities,
    { person: erin, kubernetes: { user: userOf('erin'), groups: [] } },
  ];
  return world;
};
const only = async (world: GuardWorld) => {
  const [id, ...others] = Object.keys(await world.requests());
  const found = await find(world.bot, id as Parameters<typeof find>[1]);
  if (found.type !== 'found' || others.length > 0) throw new Error('It is not one request');
  return found.chain;
};
const close = (world: GuardWorld) =>
  world.cluster.edit(gateTarget, (live) => ({ ...live, data: { auth: 'on', limit: '10' } }));

describe('a write that breaks glass', () => {
  test('is let through at once for those whom the rule names, asked of nobody, and to be reviewed once it was made', async () => {
    const world = glassWorld();
    expect(await world.write({ ...breaking, ...byErin })).toMatchObject({
      allowed: true,
      warnings: [expect.stringContaining('approved as request')],
    });
    const { request, entries } = await only(world);
    expect(entries.map(({ event }) => event.type)).toEqual(['submitted', 'approved']);
    expect(entries.at(-1)?.event).toMatchObject({ auto: true, by: [] });
    expect(request.asked).toMatchObject({
      requester: erin,
      reason: 'checkout is down',
      approval: { breakGlass: { remindEvery: 3_600 } },
    });
    await world.steps();
    const done = await only(world);
    expect(done.request.state.status).toBe('completed');
    expect(needsReview(done.request)).toBe(true);
    const { id } = done.request.asked;
    expect(await reviewRequest(world.bot, { by: erin, id, finding: 'justified', note: '' })).toMatchObject({
      error: { type: 'own-request' },
    });
    await reviewRequest(world.bot, { by: bob, id, finding: 'justified', note: 'it was down' });
    expect(needsReview((await only(world)).request)).toBe(false);
  });

  test('is let through by its next attempt when the bot was not there at once, and is one request', async () => {
    const world = glassWorld(false);
    expect(await world.write(breaking)).toMatchObject({ allowed: false, code: 403 });
    await world.takeIn();
    expect(await world.write(breaking)).toMatchObject({ allowed: true });
    expect((await only(world)).request.state.status).toBe('approved');
  });

  test('is refused for others, and is nobody’s request', async () => {
    const world = glassWorld();
    const answer = await world.write({ ...breaking, user: userOf('dave') });
    expect(answer).toMatchObject({
      allowed: false,
      message: expect.stringContaining('does not let you take it by break-glass'),
    });
    expect(await world.requests()).toEqual({});
  });

  test('and is refused leaves what waits as it is: it is found by an ordinary retry', async () => {
    const world = glassWorld();
    const waiting = await world.hold({ object: opened, user: userOf('dave') });
    const { id } = waiting.request.asked;
    expect(await world.write({ ...breaking, user: userOf('dave') })).toMatchObject({
      message: expect.stringContaining('does not let you take it by break-glass'),
    });
    expect(await world.write({ object: opened, user: userOf('dave') })).toMatchObject({
      message: expect.stringContaining(`request ${id} waits for platform (1)`),
    });
    await world.approve(waiting);
    expect(await world.write({ object: opened, user: userOf('dave') })).toMatchObject({ allowed: true });
    await world.steps();
    expect(await world.requests()).toEqual({ [id]: 'completed' });
  });

  test('does not wait for what waits: it is taken by a request of its own', async () => {
    const world = glassWorld();
    const { id } = (await world.hold({ object: opened })).request.asked;
    expect(await world.write(breaking)).toMatchObject({ allowed: true });
    expect(Object.values(await world.requests()).sort()).toEqual(['approved', 'pending']);
    expect((await world.requests())[id]).toBe('pending');
  });

  test('passes over a denial, and never over another’s name', async () => {
    const world = glassWorld();
    await world.deny(await world.hold({ object: opened }));
    expect(await world.write({ ...breaking, fails: true })).toMatchObject({ allowed: true });
    expect(await world.write({ object: opened, ...byErin, fails: true })).toMatchObject({ allowed: false });
    expect(await world.write({ object: opened, user: userOf('dave'), fails: true })).toMatchObject({ allowed: false });
  });

  test('needs a reason', async () => {
    const world = glassWorld();
    for (const why of ['', '  ', '\n'])
      expect(await world.write({ object: because(why) })).toMatchObject({
        message: expect.stringContaining('waits for platform (1)'),
      });
  });

  test('has a reason of a length that people read', async () => {
    const world = glassWorld();
    expect(await world.write({ object: because('x'.repeat(5_000)) })).toMatchObject({ allowed: true });
    expect((await only(world)).request.asked.reason).toBe('x'.repeat(1_000));
  });

  test('breaks it for that write alone: what stays behind on the object breaks it no more', async () => {
    const world = glassWorld();
    await world.write(breaking);
    await world.steps();
    expect((await world.cluster.get(gateTarget))?.live).toMatchObject({ metadata: breaking.object.metadata });
    const next = { object: because('checkout is down', gate({ auth: 'off', limit: '0' })) };
    expect(await world.write(next)).toMatchObject({
      allowed: false,
      message: expect.stringContaining('waits for platform (1)'),
    });
    expect(await world.write({ object: because('it is down again', gate({ auth: 'off', limit: '0' })) })).toMatchObject(
      { allowed: true },
    );
  });

  test('and was made is not made once more by the same request', async () => {
    const world = glassWorld();
    await world.write(breaking);
    await world.steps();
    close(world);
    const plain = await world.write({ object: opened });
    expect(plain).toMatchObject({ allowed: false, message: expect.stringContaining('waits for platform (1)') });
    expect(Object.values(await world.requests()).sort()).toEqual(['completed', 'pending']);
  });

  test('is said to be held by a dry run, and breaks nothing', async () => {
    const world = glassWorld();
    expect(await world.write({ ...breaking, dryRun: true })).toMatchObject({ allowed: true, warnings: [/held/] });
    expect(await world.requests()).toEqual({});
  });
});
