import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createThread } from './thread.ts';

/** Answers with what it is told to say, or does something worse. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, question }) => {
    if (question === 'exit') process.exit(7);
    if (question === 'throw') throw new Error('broken');
    if (question === 'loop') for (;;);
    if (question === 'fault') parentPort.postMessage({ id, fault: 'not this one' });
    else parentPort.postMessage({ id, answer: question });
  });
`)}`,
);

const start = (limits: { readonly mostWaiting?: number; readonly longest?: number } = {}) => {
  const thread = createThread<unknown, unknown>(program, { mostWaiting: 4, longest: 3_000, ...limits });
  onTestFinished(thread.close);
  return thread;
};

test('questions are answered, each with its own answer', async () => {
  const { ask } = start();
  expect(await Promise.all([ask('a'), ask({ b: 1 }), ask(undefined)])).toEqual(['a', { b: 1 }, undefined]);
});

test('a fault is of one question only', async () => {
  const { ask } = start();
  const asked = await Promise.allSettled([ask('fault'), ask('a')]);
  expect(asked).toMatchObject([{ reason: { message: 'The thread could not answer: not this one' } }, { value: 'a' }]);
});

test.for(['exit', 'throw'])(
  'a thread that breaks (%s) fails what waits, and the next question gets a new one',
  async (how) => {
    const { ask } = start();
    const broken = await Promise.allSettled([ask(how), ask('a')]);
    expect(broken.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask('b')).toBe('b');
  },
);

test('a thread that hangs is ended, and the next question gets a new one', async () => {
  const { ask } = start({ longest: 500 });
  await expect(ask('loop')).rejects.toMatchObject({ cause: { message: 'No answer within 500 ms' } });
  // Starting a thread may take its time on a busy machine.
  await expect.poll(() => ask('b').catch(() => 'not yet'), { timeout: 4_000 }).toBe('b');
});

test('more questions than may wait are refused at once', async () => {
  const { ask } = start({ mostWaiting: 2 });
  const [, , third] = await Promise.allSettled([ask('a'), ask('b'), ask('c')]);
  expect(third).toMatchObject({ reason: { message: '2 questions are waiting already' } });
  expect(await ask('d')).toBe('d');
});

test('a closed thread answers nobody any more, and nobody waits for it', async () => {
  const thread = start();
  const loop = thread.ask('loop');
  const rejected = expect(loop).rejects.toThrow('has ended');
  await wait(1);
  await thread.close();
  await rejected;
  await expect(thread.ask('a')).rejects.toThrow('closed');
});
