import { expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { createWorld, file, look } from '#test/build/world.ts';
import { approveRequest } from './act-on-request.ts';
import { createStepRunner } from './run-step.ts';

const approved = async () => {
  const world = createWorld();
  const chain = await file(world);
  const { id } = chain.request.asked;
  await approveRequest(world.bot, { by: bob, id, revision: 1 });
  return { world, chain, id, steps: createStepRunner(world.worker) };
};

test('a sweep waits for the step that a job is doing, and does not do it beside it', async () => {
  const { id, steps } = await approved();
  const job = steps.run(id);
  expect(steps.join(id)).toBe(job);
  expect(await job).toEqual({ type: 'done' });
});

test('a job that comes while a step is under way runs after it: what it came for is not lost', async () => {
  const { world, chain, id, steps } = await approved();
  const [first, second] = [steps.run(id), steps.run(id)];
  expect(await first).toEqual({ type: 'done' });
  expect(await second).toMatchObject({ type: 'early' });
  expect((await look(world, chain)).request.state.status).toBe('active');
});

test('a step that failed keeps nobody from trying again', async () => {
  const { world, id } = await approved();
  let reads = 0;
  const read: typeof world.store.read = (which) => {
    reads += 1;
    return reads === 1 ? Promise.reject(new Error('connection reset')) : world.store.read(which);
  };
  const steps = createStepRunner({ ...world.worker, store: { ...world.store, read } });
  const [failing, next] = [steps.run(id), steps.run(id)];
  await expect(failing).rejects.toThrow('connection reset');
  expect(await next).toEqual({ type: 'done' });
});
