import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { endingWithParent, watchOver } from './ending-with-parent.ts';
import { lastLinesOf } from './files.ts';

/** A program that runs in the background and ends with this process, even when this process is killed. */
export type Daemon = {
  pid: () => number | undefined;
  isRunning: () => boolean;
  /** Starts it and waits until it is ready; does nothing when it runs. */
  start: () => Promise<void>;
  /** Asks it to end (SIGTERM) and insists after some seconds. */
  stop: () => Promise<void>;
  /** Ends it at once (SIGKILL), as a crash would. */
  kill: () => Promise<void>;
};

export type DaemonOptions = {
  name: string;
  binary: string;
  args: readonly string[];
  /** Where what it prints is appended. */
  log: string;
  /** Whether it answers; called every 50 ms until it says yes. May throw, which counts as no. */
  isReady: () => Promise<boolean>;
  /** Milliseconds to become ready. */
  readyWithin: number;
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const whenEnded = (child: ChildProcess): Promise<void> =>
  ended(child) ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));

const launch = (options: DaemonOptions): ChildProcess => {
  const log = openSync(options.log, 'a', 0o600);
  const { command, args } = endingWithParent(options.binary, options.args);
  // A process group of its own: Ctrl-C in the terminal is for this process, which ends its daemons last and in order.
  const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  // Without a listener a missing binary would end this process; waiting for readiness tells about it.
  child.on('error', () => {});
  watchOver(child);
  // The daemon must not keep a program alive that has nothing else to do.
  child.unref();
  return child;
};

const untilReady = async (child: ChildProcess, options: DaemonOptions): Promise<void> => {
  const deadline = performance.now() + options.readyWithin;
  while (performance.now() < deadline) {
    if (ended(child) || child.pid === undefined) break;
    const ready = await options.isReady().catch(() => false);
    if (ready && !ended(child)) return;
    await wait(50);
  }
  const seconds = Math.round(options.readyWithin / 1000);
  const what =
    ended(child) || child.pid === undefined ? 'ended right after its start' : `was not ready after ${seconds} s`;
  child.kill('SIGKILL');
  throw new Error(`${options.name} ${what}. The end of its log (${options.log}):\n${lastLinesOf(options.log)}`);
};

/** @param patience milliseconds that `stop` waits before it kills. */
export const createDaemon = (options: DaemonOptions, patience = 5_000): Daemon => {
  let child: ChildProcess | undefined;
  const isRunning = () => child !== undefined && child.pid !== undefined && !ended(child);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child === undefined || !isRunning()) return;
    const ending = child;
    // Whoever ends it waits for that, though nothing else keeps the program alive.
    ending.ref();
    ending.kill(signal);
    const timer = setTimeout(() => ending.kill('SIGKILL'), patience);
    await whenEnded(ending);
    clearTimeout(timer);
  };
  return {
    pid: () => (isRunning() ? child?.pid : undefined),
    isRunning,
    start: async () => {
      if (isRunning()) return;
      child = launch(options);
      await untilReady(child, options);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** What listens there may not have begun to, or be just between two starts. */
const given = new Set<number>();

/**
 * A port on 127.0.0.1 that nothing listens on, and that this process has not been given before: `preferred` where it is free.
 * Others are drawn below Linux's range for outgoing connections (from 32768), so that none of those takes it meanwhile.
 */
export const freePort = async (preferred?: number): Promise<number> => {
  const drawn = Array.from({ length: 50 }, () => 20_000 + randomInt(12_000));
  for (const port of [...(preferred === undefined ? [] : [preferred]), ...drawn.filter((one) => !given.has(one))]) {
    if (!(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('No free port was found on 127.0.0.1 between 20000 and 32000. Is something holding them all?');
};
