import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { atOnce, createBare, endBare, inLanes, makeBare } from './bare.ts';
import { makeBareChange, takeBackBare } from './bare-change.ts';
import { type Answer, order } from './bare-order.ts';
import { now } from './time.ts';

/**
 * The baseline in a process of its own, as the worker is one: makes grants with a bare client, ends them, and sends its
 * figures to its parent.
 */
const { mode, what, kubeconfig, redisUrl, namespaces, count, label, from, over } = order.parse(
  JSON.parse(process.argv[2] ?? ''),
);
process.once('disconnect', () => process.exit(1));

const bare = await createBare(kubeconfig);
const items = Array.from({ length: count }, (_, index) => ({
  namespace: namespaces[index % namespaces.length] ?? '',
  name: `${label}-${index}`,
}));
/** Makes one and answers with what ends it. */
const make = async (item: (typeof items)[number]): Promise<() => Promise<void>> => {
  if (what === 'changes') {
    const made = await makeBareChange(bare, item);
    return () => takeBackBare(bare, made);
  }
  const made = await makeBare(bare, { ...item, object: `np-${item.name}` });
  return () => endBare(bare, made);
};
const ends = await inLanes(items, atOnce, make);

const endAllAtOnce = async (): Promise<readonly number[]> => {
  const started = now();
  await inLanes(ends, atOnce, (end) => end());
  return [now() - started];
};

const endEachAtItsTime = async (): Promise<readonly number[]> => {
  const redis = () => new Redis(redisUrl, { maxRetriesPerRequest: null });
  const connections = [redis(), redis()];
  const [producing, consuming] = connections;
  if (producing === undefined || consuming === undefined) throw new Error('No connections');
  const queue = new Queue<{ index: number; due: number }>(label, { connection: producing, prefix: '{bench}' });
  const late: number[] = [];
  const all = Promise.withResolvers<void>();
  const worker = new Worker<{ index: number; due: number }>(
    label,
    async ({ data }) => {
      const end = ends[data.index];
      if (end === undefined) throw new Error(`Nothing was made as ${data.index}`);
      await end();
      late.push(now() - data.due);
      if (late.length === count) all.resolve();
    },
    { connection: consuming, prefix: '{bench}', concurrency: atOnce },
  );
  worker.on('failed', (_, cause) => all.reject(cause));
  await inLanes(ends, atOnce, async (_, index) => {
    const due = from + (over * (index + 0.5)) / count;
    await queue.add('end', { index, due }, { delay: Math.max(0, Math.round(due - now())), removeOnComplete: true });
  });
  await all.promise;
  await worker.close();
  await queue.close();
  for (const connection of connections) connection.disconnect();
  return late;
};

const milliseconds = mode === 'flood' ? await endAllAtOnce() : await endEachAtItsTime();
await bare.close();
process.send?.({ milliseconds: [...milliseconds] } satisfies Answer);
process.disconnect?.();
