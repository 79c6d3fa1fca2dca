import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { JudgedBriefly, JudgeLogs, LogToJudge } from '#use-cases/verify-logs.ts';

/** Past so many there is more to be handed over than to be verified. */
const mostThreads = 8;

type Waiting = {
  readonly resolve: (judged: readonly JudgedBriefly[]) => void;
  readonly reject: (cause: unknown) => void;
};

/**
 * Judges logs on a thread for each core, with the public keys of a folder: a signature takes some 0.1 ms, and there are as
 * many as entries. What a thread cannot do, because it died, is thrown.
 */
export const createJudgeApart = (
  folder: string,
  threads = Math.min(mostThreads, availableParallelism()),
): JudgeLogs => {
  const waiting = new Map<number, Waiting>();
  let next = 0;
  const give = (cause: unknown): void => {
    for (const { reject } of waiting.values()) reject(cause);
    waiting.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./judging-thread.ts', import.meta.url), {
      execArgv: [],
      workerData: { folder },
    });
    worker.on('message', ({ number, judged }: { number: number; judged: readonly JudgedBriefly[] }) => {
      waiting.get(number)?.resolve(judged);
      waiting.delete(number);
    });
    worker.on('error', give);
    return worker;
  });
  return {
    atOnce: threads * 2,
    judge: (logs: readonly LogToJudge[]) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly JudgedBriefly[]>();
      const number = next;
      next += 1;
      waiting.set(number, { resolve, reject });
      workers[number % workers.length]?.postMessage({ number, logs });
      return promise;
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      give(new Error('Judging was stopped'));
    },
  };
};
