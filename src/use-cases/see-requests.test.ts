import { expect, test } from 'vitest';
import type { PersonId } from '#domain/ids.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import { target } from '#test/build/contents.ts';
import { alice, bob, carol, dave, erin } from '#test/build/people.ts';
import { activated, approved } from '#test/build/requests.ts';
import { createWorld, file, look, type World } from '#test/build/world.ts';
import { commit } from './request-log.ts';
import { seeInbox } from './see-requests.ts';

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
