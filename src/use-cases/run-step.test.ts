import { expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import { createWorld, file, look } from '#test/build/world.ts';
import { withdrawRequest } from './act-on-request.ts';
import { runStep } from './run-step.ts';

test('a step that comes too early by the common clock waits, and says how long', async () => {
  const world = createWorld();
  const { request } = await file(world);
  world.advance({ minutes: 59, seconds: 58 });
  expect(await runStep(world.worker, request.asked.id)).toEqual({ type: 'early', milliseconds: 2_000 });
  world.advance({ seconds: 2 });
  expect(await runStep(world.worker, request.asked.id)).toEqual({ type: 'done' });
  expect((await look(world, { request, entries: [], head: '' })).request.state).toMatchObject({ status: 'timed-out' });
});

test('a step for less than a millisecond is still worth waiting for', async () => {
  const world = createWorld();
  const { request } = await file(world);
  world.advance({ minutes: 59, seconds: 59, milliseconds: 999, microseconds: 900 });
  expect(await runStep(world.worker, request.asked.id)).toEqual({ type: 'early', milliseconds: 1 });
});

test('a request that is over, or not there, is owed nothing', async () => {
  const world = createWorld();
  const { request } = await file(world);
  await withdrawRequest(world.bot, { by: request.asked.requester, id: request.asked.id });
  world.advance({ hours: 3 });
  expect(await runStep(world.worker, request.asked.id)).toEqual({ type: 'done' });
  expect((await look(world, { request, entries: [], head: '' })).request.state.status).toBe('withdrawn');
  expect(await runStep(world.worker, id('zzzz-zz'))).toEqual({ type: 'done' });
});
