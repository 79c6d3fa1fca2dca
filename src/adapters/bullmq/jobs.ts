import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Jobs } from '#use-cases/ports.ts';
import { jobIdOf, type Payload, prefix, type QueueName } from './queues.ts';

export type ClosableJobs = Jobs & { readonly close: () => Promise<void> };

/** Milliseconds after which asking for a job is given up. `queue.add` itself waits for Redis without end. */
const patience = 2_000;

/**
 * How a step that failed comes back: every second (800 ms to 1.2 s), for ten minutes.
 *
 * While an API server is away, a try is one read of the log and one refused call, which costs next to nothing; and a
 * revocation is done at most 1.2 s after the server is back. A try that a fault keeps failing for ten minutes is left
 * to the sweep, which finds it by its due time: the job's end loses nothing.
 */
const retries = { attempts: 600, backoff: { type: 'fixed', delay: 1_200, jitter: 1 / 3 } } as const;

const finished = { removeOnComplete: true, removeOnFail: true } as const;

/**
 * Asks for steps and for showing, over a connection of the `commit` profile. Fails within two seconds while Redis is
 * away. Asking twice is asking once.
 */
export const createJobs = (connection: Redis): ClosableJobs => {
  const [cluster, slack] = [createProducer(connection, 'cluster'), createProducer(connection, 'slack')];
  return {
    schedule: (id, version, step, now) => {
      // Due by the common clock, whatever the clock of this machine says: BullMQ adds the delay to the timestamp.
      const timestamp = now.epochMilliseconds;
      const delay = Math.max(0, step.at.epochMilliseconds - timestamp);
      return cluster.add({ id, version, do: step.do }, { timestamp, delay });
    },
    show: (id, version) => slack.add({ id, version, do: 'show' }, {}),
    close: async () => {
      await Promise.all([cluster.close(), slack.close()]);
    },
  };
};

type Producer = {
  readonly add: (payload: Payload, options: JobsOptions) => Promise<void>;
  readonly close: () => Promise<void>;
};

const createProducer = (connection: Redis, name: QueueName): Producer => {
  let opened: Promise<Queue<Payload>> | undefined;

  const open = async (): Promise<Queue<Payload>> => {
    const queue = new Queue<Payload>(name, { connection, prefix, skipWaitingForReady: true });
    // The connection's own errors, once more: who made the connection hears of them, and `add` fails by itself.
    queue.on('error', () => {});
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (cause) {
      // BullMQ keeps this failure for good: a queue opened while Redis was away would never work.
      opened = undefined;
      await queue.close().catch(() => {});
      throw cause;
    }
  };

  return {
    add: async (payload, options) => {
      opened ??= open();
      const adding = opened.then((queue) =>
        queue.add(payload.do, payload, { jobId: jobIdOf(payload), ...retries, ...finished, ...options }),
      );
      await withinPatience(adding);
    },
    close: async () => {
      const queue = await opened?.catch(() => undefined);
      await queue?.close();
    },
  };
};

const withinPatience = async <T>(promise: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Redis took no job within ${patience} ms`)), patience);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
