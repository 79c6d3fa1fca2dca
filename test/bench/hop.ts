import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** `add` resolves when the work is done. */
export type Hop<T> = { readonly add: (data: T) => Promise<void>; readonly close: () => Promise<void> };

/** One queue and one worker of BullMQ with nothing around them. */
export const openHop = async <T>(url: string, name: string, work: (data: T) => Promise<void>): Promise<Hop<T>> => {
  const connections = [1, 2].map(() => new Redis(url, { maxRetriesPerRequest: null }));
  const [producing, consuming] = connections;
  if (producing === undefined || consuming === undefined) throw new Error('No connections');
  type Job = { readonly number: number; readonly data: T };
  const queue = new Queue<Job, void, 'work'>(name, { connection: producing, prefix: '{bench}' });
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  const settings = { connection: consuming, prefix: '{bench}' };
  const worker = new Worker<Job, void, 'work'>(name, ({ data }) => work(data.data), settings);
  worker.on('completed', ({ data }) => waiting.get(data.number)?.resolve());
  worker.on('failed', (job, cause) => waiting.get(job?.data.number ?? 0)?.reject(cause));
  await worker.waitUntilReady();
  let count = 0;
  return {
    add: async (data) => {
      count += 1;
      const number = count;
      const done = Promise.withResolvers<void>();
      waiting.set(number, done);
      await queue.add('work', { number, data }, { removeOnComplete: true });
      await done.promise;
      waiting.delete(number);
    },
    close: async () => {
      await worker.close();
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
};
