import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type Payload, payload, prefix, type QueueName } from './queues.ts';

/** Done; or not yet by the common clock, and how long to wait. */
export type Outcome = { readonly type: 'done' } | { readonly type: 'early'; readonly milliseconds: number };

export type StepWorkerOptions = {
  readonly queue: QueueName;
  /** Of the `consume` profile. The worker makes a second one of its kind for waiting, and leaves this one open. */
  readonly connection: Redis;
  /** How many jobs run side by side. */
  readonly concurrency: number;
  /** Does one job; idempotent, for it may run twice side by side. What it throws makes the job come back. */
  readonly handler: (payload: Payload) => Promise<Outcome>;
  /** A job that failed and comes back, or one that cannot be read and does not; or the queue itself, once a minute. */
  readonly onFault: (cause: Error, job: string) => void;
};

export type StepWorker = {
  /** Resolves when it is ready to take jobs. */
  readonly ready: () => Promise<void>;
  /** Takes no more jobs and waits for the running ones. */
  readonly close: () => Promise<void>;
};

/** Measured (BullMQ 6.7): a job of a killed worker runs again after 10 s instead of 60. */
const afterCrash = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  // The default of 1 makes a job of two crashes fail for good, whatever its attempts say.
  maxStalledCount: 100,
};

/** Milliseconds before the loop asks again after a lost connection; 15 s by default, which a revocation would wait. */
const runRetryDelay = 500;

/** Runs the jobs of a queue, each at its time by the common clock. */
export const createStepWorker = (options: StepWorkerOptions): StepWorker => {
  const { queue, connection, concurrency, handler, onFault } = options;
  const process = async (job: Job<unknown>, token?: string): Promise<void> => {
    const read = payload.safeParse(job.data);
    if (!read.success) throw new UnrecoverableError(`Not a job of Hallpass: ${z.prettifyError(read.error)}`);
    const outcome = await handler(read.data);
    if (outcome.type === 'done') return;
    // This machine's clock is ahead, or the time was moved: back into the queue, without counting as a failure.
    await job.moveToDelayed(Date.now() + Math.ceil(outcome.milliseconds), token);
    throw new DelayedError();
  };
  const settings = { prefix, concurrency, runRetryDelay, ...afterCrash };
  const worker = new Worker<unknown>(queue, process, { connection, ...settings });
  worker.on(
    'error',
    rarely((cause) => onFault(cause, queue)),
  );
  worker.on('failed', (job, cause) => onFault(cause, job?.id ?? queue));
  return {
    ready: async () => {
      await worker.waitUntilReady();
    },
    close: () => worker.close(),
  };
};

const minute = 60_000;

/** Passes the same message on once a minute: a lost connection is told of at each of its many tries to come back. */
const rarely = (tell: (cause: Error) => void): ((cause: Error) => void) => {
  const told = new Map<string, number>();
  return (cause) => {
    const now = performance.now();
    if (now - (told.get(cause.message) ?? Number.NEGATIVE_INFINITY) < minute) return;
    for (const [message, at] of told) if (now - at >= minute) told.delete(message);
    told.set(cause.message, now);
    tell(cause);
  };
};
