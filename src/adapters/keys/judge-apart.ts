import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { judgeLog } from '#domain/audit/judge-log.ts';
import { seeEntry } from '#domain/audit/see-entry.ts';
import type { Trust } from '#domain/request/chain.ts';
import type { JudgedBriefly, JudgeLogs, LogToJudge } from '#use-cases/verify-logs.ts';

/** Past so many there is more to be handed over than to be verified. */
const mostThreads = 8;
/** So many entries are verified before threads would have started. */
const withoutThreads = 5_000;

type Waiting = {
  readonly resolve: (judged: readonly JudgedBriefly[]) => void;
  readonly reject: (cause: unknown) => void;
};

export const judgeBriefly = ({ request, lines, witnesses, removal }: LogToJudge, trust: Trust): JudgedBriefly => {
  const seen = lines.map((line) => seeEntry(line, trust));
  const judged = judgeLog(request, seen, witnesses, removal);
  return { request, entries: lines.length, findings: judged.findings, removal: judged.removal };
};

const startThreads = (folder: string, threads: number) => {
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
    judge: (logs: readonly LogToJudge[]): Promise<readonly JudgedBriefly[]> => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly JudgedBriefly[]>();
      const number = next;
      next += 1;
      waiting.set(number, { resolve, reject });
      workers[number % workers.length]?.postMessage({ number, logs });
      return promise;
    },
    stop: async (): Promise<void> => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      give(new Error('Judging was stopped'));
    },
  };
};

/**
 * Judges logs on a thread for each core, with the public keys of a folder: a signature takes some 0.1 ms, and there are as
 * many as entries. What a thread cannot do, because it died, is thrown. The first ones are judged here, as long as threads
 * would take to start.
 */
export const createJudgeApart = (
  folder: string,
  trust: Trust,
  threads = Math.min(mostThreads, availableParallelism()),
): JudgeLogs => {
  let started: ReturnType<typeof startThreads> | undefined;
  let entries = 0;
  return {
    atOnce: threads * 2,
    judge: async (logs) => {
      entries += logs.reduce((sum, { lines }) => sum + lines.length, 0);
      if (started === undefined && entries <= withoutThreads) return logs.map((log) => judgeBriefly(log, trust));
      started ??= startThreads(folder, threads);
      return started.judge(logs);
    },
    stop: async () => started?.stop(),
  };
};
