import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endingWithParent } from '#local/parts/ending-with-parent.ts';

export type OwnProcess = {
  readonly pid: number;
  /** What it has logged so far. */
  readonly output: () => string;
  /** False once it has ended, whoever ended it. */
  readonly isRunning: () => boolean;
  /** Ends it at once (SIGKILL) and waits until it is gone; may be called twice. */
  readonly kill: () => Promise<void>;
};

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const passedOn = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, process.env[name]]));

/** Starts Hallpass as it runs in production, as a process of its own; resolves once it has logged that it is running. */
export const startOwnProcess = async (
  running: `The ${'worker' | 'bot' | 'guard' | 'watcher'} is running`,
  environment: Readonly<Record<string, string>>,
  preload: readonly string[] = [],
): Promise<OwnProcess> => {
  const { command, args } = endingWithParent(process.execPath, [...preload, join(root, 'src/main.ts')]);
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...passedOn(['PATH', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE']), ...environment },
  });
  let output = '';
  let isRunning = true;
  const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
  const { promise: ready, resolve: isReady, reject: fails } = Promise.withResolvers<void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    if (output.includes(running)) isReady();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('error', fails);
  child.once('close', () => {
    isRunning = false;
    fails(new Error(`Hallpass ended at its start:\n${output}`));
    isGone();
  });
  await ready;
  if (child.pid === undefined) throw new Error('Hallpass has no process id.');
  return {
    pid: child.pid,
    output: () => output,
    isRunning: () => isRunning,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
