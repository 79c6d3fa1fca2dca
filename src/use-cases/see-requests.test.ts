import { expect, test } from 'vitest';
import { type PersonId, requestIdFrom } from '#domain/ids.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import { target } from '#test/build/contents.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { activated, approved } from '#test/build/requests.ts';
import { createWorld, file, look, type World } from '#test/build/world.ts';
import { approveRequest, revokeGrant } from './act-on-request.ts';
import { commit } from './request-log.ts';
import { seeInbox, seeRequest } from './see-requests.ts';

const conflicted: RequestEvent = {
  type: 'conflicted',
  conflicts: [{ target: target(), path: 'spec', before: 'a', applied: 'b', now: 'c', by: [] }],
  reverted: [],
};
const settled: RequestEvent = { type: 'settled', by: bob, choice: 'keep', reason: 'theirs is right' };

/** Alice's request for Dave, approved by Bob, and after it these events. */
const inConflict = async (world: World, ...events: readonly RequestEvent[]) => {
  const chain = await file(world, { subject: dave });
  const vote: RequestEvent = { type: 'voted', by: bob, revision: 1 };
  for (const event of [vote, approved, activated, conflicted, ...events]) {
    const ports = authorOf(event.type) === 'bot' ? world.bot : world.worker;
    const result = await commit(ports, chain.request.asked.id, await look(world, chain), [event], world.now());
    expect(result.type).toBe('committed');
  }
  return chain;
};
const waitingFor = async ({ bot }: World, person: PersonId) =>
  (await seeInbox(bot, person)).waitingForMe.map(({ request }) => request.state.status);

test('a conflict waits first for those who may settle it, and for nobody else', async () => {
  const world = createWorld();
  await file(world, { origin: 'form 2', reason: 'another' });
  await inConflict(world);
  expect(await waitingFor(world, carol)).toEqual(['active', 'pending']);
  expect(await waitingFor(world, bob)).toEqual(['active', 'pending']);
  expect(await waitingFor(world, dave)).toEqual(['active', 'pending']);
  expect(await waitingFor(world, alice)).toEqual([]);
  expect(await waitingFor(world, erin)).toEqual([]);
});

test('a conflict that is settled waits for nobody', async () => {
  const world = createWorld();
  await inConflict(world, settled);
  expect(await waitingFor(world, carol)).toEqual([]);
});

test('what is approved and begins later is seen by whom it concerns, the next first, until it is taken back', async () => {
  const world = createWorld();
  const start = async (at: string) => {
    const { id } = (await file(world, { start: at, origin: at })).request.asked;
    expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
    return id;
  };
  const [last, next] = [await start('2026-11-22 12:00'), await start('2026-11-21 12:00')];
  await file(world, { start: '2026-11-23 12:00', origin: 'not approved' });
  const seen = async (person: PersonId) =>
    (await seeInbox(world.bot, person)).later.map(({ request }) => request.asked.id);
  expect(await seen(carol)).toEqual([next, last]);
  expect(await seen(erin)).toEqual([]);
  expect((await revokeGrant(world.bot, { by: carol, id: next, reason: 'not that night' })).ok).toBe(true);
  expect(await seen(carol)).toEqual([last]);
});

test('what is in force is seen by whoever may end it, also where their group was renamed in the policy', async () => {
  const world = createWorld();
  const { id } = (await file(world)).request.asked;
  expect((await approveRequest(world.bot, { by: bob, id, revision: 1 })).ok).toBe(true);
  world.settings.policy = policy({
    groups: new Map([
      ['developers', { type: 'people', people: [alice, dave] }],
      ['owners', { type: 'people', people: [bob] }],
      ['others', { type: 'people', people: [carol] }],
    ]),
    rules: [rule({ approve: [{ from: 'owners', count: 1 }] })],
    hash: 'renamed',
  });
  expect(await seeRequest(world.bot, bob, id)).toBeDefined();
  expect(await seeRequest(world.bot, carol, id)).toBeUndefined();
  expect((await revokeGrant(world.bot, { by: bob, id, reason: 'renamed meanwhile' })).ok).toBe(true);
});

test('what waits is found though two hundred others wait that somebody else decides on', async () => {
  const world = createWorld();
  const { id } = (await file(world)).request.asked;
  const chain = await look(world, await file(world, { origin: 'theirs' }));
  for (let count = 0; count < 250; count += 1) {
    world.advance({ seconds: 1 });
    const other = requestIdFrom(Uint8Array.from([count % 31, Math.floor(count / 31), 1, 2, 3, 4]));
    const [first] = chain.entries;
    if (first?.event.type !== 'submitted') throw new Error('It was not submitted');
    const quorum = [{ from: 'security', count: 1 }];
    const event = { ...first.event, approval: { ...first.event.approval, quorum } };
    expect((await commit(world.bot, other, undefined, [event], world.now())).type).toBe('committed');
  }
  expect((await seeInbox(world.bot, carol)).waitingForMe.map(({ request }) => request.asked.id)).toContain(id);
});
