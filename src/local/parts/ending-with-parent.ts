import { type ChildProcess, spawn } from 'node:child_process';
import { onPath } from './files.ts';

export type Command = { command: string; args: readonly string[] };

/** People's PATH may lack the system's own folders. */
const searched = { PATH: `${process.env.PATH ?? ''}:/usr/bin:/bin` };

/** `setpriv` (util-linux) has the kernel end the program when its parent is gone, however that ended. */
export const endingWithParent = (command: string, args: readonly string[], env = process.env): Command => {
  const setpriv = onPath(['setpriv'], searched);
  // Looked up here: setpriv says nothing useful when it does not find the program.
  const program = command.includes('/') ? command : onPath([command], env);
  if (setpriv === undefined || program === undefined) return { command, args };
  return { command: setpriv, args: ['--pdeathsig', 'KILL', '--', program, ...args] };
};

/**
 * For machines without setpriv: a shell that waits for the end of its standard input, which comes when this process ends,
 * and then kills the child.
 */
export const watchOver = (child: ChildProcess): void => {
  if (child.pid === undefined || onPath(['setpriv'], searched) !== undefined) return;
  const watchdog = spawn('/bin/sh', ['-c', 'read _; kill -9 "$0" 2>/dev/null', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  child.once('exit', () => watchdog.kill('SIGKILL'));
};
