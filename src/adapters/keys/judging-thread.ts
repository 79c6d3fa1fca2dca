/** The program of a thread that judges logs: it reads the public keys once, and answers batch after batch. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LogToJudge } from '#use-cases/verify-logs.ts';
import { unsigned } from './ed25519.ts';
import { judgeBriefly } from './judge-apart.ts';
import { createKeys } from './keys.ts';

const keys = createKeys(workerData.folder);
// Without keys nothing would be believed: the command has looked before, and they went away since.
const trust = keys.ok ? keys.value.trust : { ...unsigned, verify: () => false };

parentPort?.on('message', ({ number, logs }: { number: number; logs: readonly LogToJudge[] }) => {
  parentPort?.postMessage({ number, judged: logs.map((log) => judgeBriefly(log, trust)) });
});
