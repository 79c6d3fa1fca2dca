import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/** Where fetched and built parts are kept: $HALLPASS_CACHE, else $XDG_CACHE_HOME/hallpass, else ~/.cache/hallpass. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env.HALLPASS_CACHE) return resolve(env.HALLPASS_CACHE);
  return join(env.XDG_CACHE_HOME ? resolve(env.XDG_CACHE_HOME) : join(homedir(), '.cache'), 'hallpass');
};

export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The first of these programs that is on PATH, as an absolute path. */
export const onPath = (names: readonly string[], env: NodeJS.ProcessEnv = process.env): string | undefined => {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => resolve(folder, name))).find(isExecutable);
};

/**
 * Makes a folder complete or not at all: `fill` works in a temporary folder beside it, which is renamed at the end.
 * Does nothing when the folder exists. An interrupted try leaves only the temporary folder, which the next try removes.
 */
export const makeFolder = async (folder: string, fill: (unfinished: string) => Promise<void>): Promise<void> => {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await fill(unfinished).catch(async (fault) => {
    await rm(unfinished, { recursive: true, force: true });
    throw fault;
  });
  await rename(unfinished, folder);
};

/** As `makeFolder`, for a single file: `write` is given the temporary name. */
export const makeFile = async (file: string, write: (unfinished: string) => Promise<void>): Promise<void> => {
  if (existsSync(file)) return;
  const unfinished = `${file}.unfinished`;
  await rm(unfinished, { force: true });
  await mkdir(dirname(file), { recursive: true });
  await write(unfinished);
  await rename(unfinished, file);
};

/** Every folder below `folder`, itself included, that `keep` says yes to. Symbolic links are not followed. */
export const foldersBelow = (folder: string, keep: (folder: string, files: string[]) => boolean): string[] => {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const deeper = entries.filter((entry) => entry.isDirectory());
  const here = keep(folder, files) ? [folder] : [];
  return [...here, ...deeper.flatMap((entry) => foldersBelow(join(folder, entry.name), keep))];
};

/** The text of a small file, or undefined when it cannot be read. */
export const readOr = <T>(file: string, otherwise: T): string | T => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
};

/** The end of a log file, for a message to a person. */
export const lastLinesOf = (file: string, count = 12): string =>
  readOr(file, '(no log was written)').trim().split('\n').slice(-count).join('\n');

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
