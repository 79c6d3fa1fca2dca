import { spawn } from 'node:child_process';
import { endingWithParent } from './ending-with-parent.ts';

export type RunOptions = {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds; the command is killed when they have passed. Default: 30 minutes. */
  timeout?: number;
};

const keepCharacters = 8_000;

const lastLines = (text: string): string => text.trim().split('\n').slice(-12).join('\n');

/**
 * Runs a command to its end and gives back what it printed.
 * Throws with the last lines it printed when it fails. Its output is kept only in part: this is for commands that say little.
 */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    // A set-up that is interrupted, however roughly, takes its compiler with it.
    const bound = endingWithParent(command, args, options.env);
    const child = spawn(bound.command, bound.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 30 * 60_000,
      killSignal: 'SIGKILL',
    });
    const printed = { out: '', all: '' };
    child.stdout.on('data', (chunk) => {
      printed.out = (printed.out + chunk).slice(-64 * keepCharacters);
      printed.all = (printed.all + chunk).slice(-keepCharacters);
    });
    child.stderr.on('data', (chunk) => {
      printed.all = (printed.all + chunk).slice(-keepCharacters);
    });
    child.on('error', (cause) => reject(new Error(`"${command}" could not be started: ${cause.message}`, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(printed.out);
      const end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      reject(new Error(`"${[command, ...args.slice(0, 4)].join(' ')}" ${end}:\n${lastLines(printed.all)}`));
    });
  });
