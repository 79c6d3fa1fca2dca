import { Worker } from 'node:worker_threads';
import { err, type Result } from '#domain/result.ts';
import type { Examined } from './examine-policy.ts';
import type { PolicyFiles } from './policy-files.ts';

/** Milliseconds; ten thousand people and a hundred rules take less than two. */
const longest = 10_000;
/** Megabytes; beyond them the thread ends, and not the process. */
const memory = 256;

/**
 * Examines a policy on a thread of its own: garbage, or a list of ten thousand keys, would keep the event loop for
 * minutes, and no grant would end meanwhile. What cannot be examined in ten seconds is a problem, never an exception.
 */
export const examineApart = async (
  { files }: PolicyFiles,
  milliseconds = longest,
): Promise<Result<Examined, readonly string[]>> => {
  const worker = new Worker(new URL('./examine-thread.ts', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memory },
    workerData: files,
  });
  const { promise, resolve } = Promise.withResolvers<Result<Examined, readonly string[]>>();
  const giveUp = (why: string): void =>
    resolve(err([`The policy folder cannot be read: ${why} (${sizesOf(files)}). Are these the right files?`]));
  const timer = setTimeout(() => giveUp(`it takes longer than ${milliseconds / 1_000} s`), milliseconds);
  worker.on('message', resolve);
  worker.on('error', (cause) => giveUp(String(cause)));
  worker.on('exit', (code) => giveUp(`its thread ended with ${code}`));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
};

/** The longest first: mostly that is the one. */
const sizesOf = (files: PolicyFiles['files']): string =>
  files
    .map(({ name, text }) => ({ name, length: text.ok ? text.value.length : 0 }))
    .sort((one, other) => other.length - one.length)
    .map(({ name, length }) => `${name} ${Math.ceil(length / 1024)} KiB`)
    .join(', ');
