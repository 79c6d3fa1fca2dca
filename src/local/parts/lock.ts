import { existsSync, linkSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readOr } from './files.ts';

export type Lock = { release: () => void };

/** When a process with this id was started, in kernel ticks: tells a process from a later one with the same id. */
const startOf = (pid: number): string => {
  const stat = readOr(`/proc/${pid}/stat`, '');
  // The name in parentheses may hold spaces; the start time is the 20th field after it (proc(5), "starttime").
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM';
  }
};

/** The id of the living process that holds the lock. A lock whose process is gone counts as none. */
const holderOf = (content: string): number | undefined => {
  const [pid, start] = content.trim().split(' ');
  const id = Number(pid);
  if (!Number.isInteger(id) || id <= 0 || !isAlive(id)) return undefined;
  return start === undefined || startOf(id) === start ? id : undefined;
};

const tryLink = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'EEXIST') return false;
    throw fault;
  }
};

/** Removes a lock whose process is gone. Only one process at a time does so, else one could remove another's new lock. */
const clearStale = (file: string): void => {
  const guard = `${file}.clearing`;
  try {
    mkdirSync(guard);
  } catch {
    const age = existsSync(guard) ? Date.now() - statSync(guard).mtimeMs : 0;
    if (age > 10_000) rmdirSync(guard);
    return;
  }
  try {
    const content = readOr(file, undefined);
    if (content !== undefined && holderOf(content) === undefined) rmSync(file, { force: true });
  } finally {
    rmdirSync(guard);
  }
};

/**
 * Waits until this process alone holds the lock file, which names its process id; takes over from a process that is gone.
 * `onWait` is called once when another living process holds it.
 */
export const takeLock = async (file: string, onWait: (pid: number) => void = () => {}): Promise<Lock> => {
  mkdirSync(dirname(file), { recursive: true });
  // Written first and linked then, so that nobody ever reads a lock without its content.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`);
  let said = false;
  try {
    while (!tryLink(own, file)) {
      const content = readOr(file, undefined);
      const holder = content === undefined ? undefined : holderOf(content);
      if (content !== undefined && holder === undefined) clearStale(file);
      if (holder !== undefined && !said) onWait(holder);
      said ||= holder !== undefined;
      await wait(holder === undefined ? 20 : 300);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return { release: () => rmSync(file, { force: true }) };
};
