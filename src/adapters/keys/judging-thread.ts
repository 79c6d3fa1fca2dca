/** The program of a thread that judges logs: it reads the public keys once, and answers batch after batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { judgeLog } from '#domain/audit/judge-log.ts';
import { seeEntry } from '#domain/audit/see-entry.ts';
import type { JudgedBriefly, LogToJudge } from '#use-cases/verify-logs.ts';
import { unsigned } from './ed25519.ts';
import { createKeys } from './keys.ts';

const keys = createKeys(workerData.folder);
// Without keys nothing would be believed: the command has looked before, and they went away since.
const trust = keys.ok ? keys.value.trust : { ...unsigned, verify: () => false };

const judge = ({ request, lines, witnesses }: LogToJudge): JudgedBriefly => {
  const { findings } = judgeLog(
    request,
    lines.map((line) => seeEntry(line, trust)),
    witnesses,
  );
  return { request, entries: lines.length, findings };
};

parentPort?.on('message', ({ number, logs }: { number: number; logs: readonly LogToJudge[] }) => {
  parentPort?.postMessage({ number, judged: logs.map(judge) });
});
