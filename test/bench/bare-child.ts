import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answer, type Order } from './bare-order.ts';

const program = fileURLToPath(new URL('./bare-process.ts', import.meta.url));

/** Runs the baseline in a process of its own; it ends with this one. */
export const runBare = async (order: Order): Promise<readonly number[]> => {
  const child = fork(program, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const done = Promise.withResolvers<readonly number[]>();
  child.once('message', (message) => done.resolve(answer.parse(message).milliseconds));
  child.once('exit', (code) => done.reject(new Error(`The baseline's process ended with ${code}`)));
  return done.promise;
};
