import { existsSync, linkSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readOr } from './files.ts';

export type Lock = { release: () => void };

/** The living process that has a lock, and what it noted in it. */
export type Holder = { pid: number; note: string };

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

/** Who holds the lock. A lock whose process is gone counts as none. */
const holderOf = (content: string): Holder | undefined => {
  const [id, start, note = ''] = content.trim().split(' ');
  const pid = Number(id);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  return start === undefined || startOf(pid) === start ? { pid, note } : undefined;
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
 * Takes the lock, asking `goOn` about each living process that is in the way; without its yes gives up and returns that one.
 */
const take = async (
  file: string,
  note: string,
  goOn: (holder: Holder) => boolean,
): Promise<{ lock: Lock } | { holder: Holder }> => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Written first and linked then, so that nobody ever reads a lock without its content.
  const own = `${file}.${process.pid}`;
  const mine = `${process.pid} ${startOf(process.pid)} ${note}`.trimEnd();
  writeFileSync(own, `${mine}\n`);
  try {
    while (!tryLink(own, file)) {
      const content = readOr(file, undefined);
      const holder = content === undefined ? undefined : holderOf(content);
      if (content !== undefined && holder === undefined) clearStale(file);
      if (holder !== undefined && !goOn(holder)) return { holder };
      await wait(holder === undefined ? 20 : 300);
    }
  } finally {
    rmSync(own, { force: true });
  }
  const release = (): void => {
    // Somebody may have removed the whole folder meanwhile, and another process have its own lock there.
    if (readOr(file, '').trimEnd() === mine) rmSync(file, { force: true });
  };
  return { lock: { release } };
};

/**
 * Waits until this process alone holds the lock file, which names its process id; takes over from a process that is gone.
 * `onWait` is called once when another living process holds it.
 */
export const takeLock = async (file: string, onWait: (pid: number) => void = () => {}): Promise<Lock> => {
  let said = false;
  const taken = await take(file, '', ({ pid }) => {
    if (!said) onWait(pid);
    said = true;
    return true;
  });
  if ('lock' in taken) return taken.lock;
  throw new Error(`The lock ${file} was given up.`);
};

/** As `takeLock`, but never waits for a living process: says who it is. `note` is a word for others, such as an address. */
export const tryLock = (file: string, note = ''): Promise<{ lock: Lock } | { holder: Holder }> =>
  take(file, note, () => false);
