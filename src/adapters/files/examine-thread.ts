/** The program of the thread that examines a policy folder's files. */
import { parentPort, workerData } from 'node:worker_threads';
import { examinePolicy } from './examine-policy.ts';
import type { FileText } from './policy-files.ts';

const files: readonly FileText[] = workerData;

parentPort?.postMessage(examinePolicy({ files }));
