import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where the token of whoever has signed in is kept (XDG Base Directory Specification). */
export const loginPath = ({ XDG_CONFIG_HOME: config = '' }: Readonly<Record<string, string | undefined>>): string =>
  join(config === '' ? join(homedir(), '.config') : config, 'hallpass', 'token');

/** Keeps a token so that nobody else may read it, not even for a moment, and never half of one. */
export const keepLogin = async (path: string, token: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  await writeFile(next, `${token}\n`, { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, path);
};
