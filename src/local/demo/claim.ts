import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '#local/parts/daemon.ts';
import { removeFolder } from '#local/parts/files.ts';
import { type Lock, tryLock } from '#local/parts/lock.ts';
import { commandFor, type Wish } from './words.ts';

const lockName = 'demo.lock';

/** Why nobody can listen on this port now, as the system names it; undefined where one can. */
const portFault = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (fault) => resolve('code' in fault ? String(fault.code) : fault.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });

const portProblem = async (port: number): Promise<string | undefined> => {
  const fault = await portFault(port);
  if (fault === undefined) return undefined;
  const why =
    fault === 'EADDRINUSE' ? `Port ${port} is in use (another demo?).` : `Port ${port} cannot be used (${fault}).`;
  return `${why} Use: ${commandFor(await freePort(3177))}`;
};

/**
 * Makes the folder and the port this process's own, or says why not. Only then, and only where it is wanted, is emptied
 * what was in the folder: what a running demo stands on is never touched.
 */
export const claim = async (folder: string, { port, isFresh }: Wish): Promise<Lock | string> => {
  const taken = await tryLock(join(folder, lockName), `http://127.0.0.1:${port}`);
  if ('holder' in taken) {
    const { pid, note } = taken.holder;
    return `A demo already runs here (${[`pid ${pid}`, note].filter((word) => word !== '').join(', ')}). End it first.`;
  }
  const problem = await portProblem(port);
  if (problem !== undefined) {
    taken.lock.release();
    return problem;
  }
  // The lock stays: without it another demo could begin between the emptying and the start.
  if (isFresh) for (const name of readdirSync(folder)) if (name !== lockName) removeFolder(join(folder, name));
  return taken.lock;
};
