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
  // Time goes by when a test says so.
  const waits: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => void waits.push(resolve));
  const letPass = (): void => {
    for (const resolve of waits.splice(0)) resolve();
  };
  const worker = { ...world.worker, pause };
  return { world, worker, chain, id, steps: createStepRunner(worker), letPass };
};

test('a sweep waits for the step that a job is doing, and does not do it beside it', async () => {
  const { world, worker, id } = await approved();
  let reads = 0;
  const read: typeof world.store.read = (which) => {
    reads += 1;
    return world.store.read(which);
  };
  const steps = createStepRunner({ ...worker, store: { ...world.store, read } });
  const [job, sweep] = [steps.run(id), steps.join(id)];
  expect(await Promise.all([job, sweep])).toEqual([{ type: 'done' }, { type: 'done' }]);
  expect(reads).toBe(1);
});

test('a sweep does it beside a job that waits for an answer that was lost, once at a time', async () => {
  const { world, worker, chain, id, letPass } = await approved();
  let creations = 0;
  const create: typeof world.cluster.create = async (manifest) => {
    creations += 1;
    // Done, and nobody is told.
    if (creations > 1) return world.cluster.create(manifest);
    await world.cluster.create(manifest);
    return new Promise(() => {});
  };
  const clusters = new Map([['prod', { ...world.cluster, create }]]);
  const steps = createStepRunner({ ...worker, clusters });
  void steps.run(id);
  const sweeps = [steps.join(id), steps.join(id)];
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await look(world, chain)).request.state.status).toBe('approved');
  letPass();
  expect(await Promise.all(sweeps)).toEqual([{ type: 'done' }, { type: 'done' }]);
  expect((await look(world, chain)).request.state.status).toBe('active');
});

test('a job that comes while a step is under way runs after it: what it came for is not lost', async () => {
  const { world, chain, id, steps } = await approved();
  const [first, second] = [steps.run(id), steps.run(id)];
  expect(await first).toEqual({ type: 'done' });
  expect(await second).toMatchObject({ type: 'early' });
  expect((await look(world, chain)).request.state.status).toBe('active');
});

test('a step that failed keeps nobody from trying again', async () => {
  const { world, worker, id } = await approved();
  let reads = 0;
  const read: typeof world.store.read = (which) => {
    reads += 1;
    return reads === 1 ? Promise.reject(new Error('connection reset')) : world.store.read(which);
  };
  const steps = createStepRunner({ ...worker, store: { ...world.store, read } });
  const [failing, next] = [steps.run(id), steps.run(id)];
  await expect(failing).rejects.toThrow('connection reset');
  expect(await next).toEqual({ type: 'done' });
});
