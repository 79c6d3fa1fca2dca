/**
 * A worker process. Arguments: address of Redis, queue, instant that steps are due at, milliseconds that a job takes.
 * Prints `ready`, then a JSON line per call: what it was asked for, its outcome, and the common clock's time.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createStepWorker } from '#adapters/bullmq/step-worker.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis } from '#adapters/redis/connection.ts';

const [url = '', queue, due = '', takes = '0'] = process.argv.slice(2);
const onLost = (cause: Error): void => console.error(cause);
const clock = createRedisClock(connectRedis({ url, profile: 'commit', name: 'clock', onLost }));
const worker = createStepWorker({
  queue: queue === 'slack' ? 'slack' : 'cluster',
  connection: connectRedis({ url, profile: 'consume', name: 'worker', onLost }),
  concurrency: 4,
  onFault: (cause, job) => console.error(job, cause),
  handler: async (job) => {
    const now = await clock.now();
    const early = Temporal.Instant.from(due).since(now).total('milliseconds');
    console.log(JSON.stringify({ ...job, outcome: early > 0 ? 'early' : 'done', at: now.epochMilliseconds }));
    await wait(Number(takes));
    return early > 0 ? { type: 'early', milliseconds: early } : { type: 'done' };
  },
});
await worker.ready();
console.log('ready');
