import { accessSync, constants, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Author } from '#domain/request/events.ts';
import { authors } from './files.ts';
import { sharedFile, sharedFolder } from './shared.ts';
import { vaultFile } from './vault.ts';

const secrets = [...authors.map((author) => `${author}.key`), vaultFile, sharedFile];

const statsOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });
const modeOf = ({ mode }: Stats): string => (mode & 0o777).toString(8).padStart(3, '0');

/** Whether the file system takes no writes: volumes of ConfigMaps are so, whatever mode they show. */
const isReadOnly = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EROFS';
  }
};

/** How others could read or replace a file with a secret, with the remedy; undefined where they cannot, or it is not there. */
export const openTo = (file: string, reader = process.getuid?.()): string | undefined => {
  const stats = statsOf(file);
  if (stats === undefined) return undefined;
  const tooMuch = stats.uid === reader ? 0o077 : 0o027;
  return (stats.mode & tooMuch) === 0 ? undefined : `open to others (mode ${modeOf(stats)}): chmod 600 ${file}`;
};

/**
 * Says which files of a keys folder others could read or replace, with the remedy. What is mounted from a Kubernetes
 * Secret belongs to root and is read through the pod's own group: that is as it should be.
 */
export const openKeyFiles = (folder: string, reader = process.getuid?.()): readonly string[] => {
  const readable = secrets.flatMap((name) => {
    const file = join(folder, name);
    const open = openTo(file, reader);
    return open === undefined ? [] : [`Key file "${file}" is ${open}`];
  });
  const trusted = join(folder, 'trusted');
  const inTrusted = statsOf(trusted)?.isDirectory() === true ? readdirSync(trusted) : [];
  const writable = [
    folder,
    trusted,
    join(folder, sharedFolder),
    ...inTrusted.map((name) => join(trusted, name)),
  ].flatMap((path) => {
    const stats = statsOf(path);
    if (stats === undefined || (stats.mode & 0o022) === 0 || isReadOnly(path)) return [];
    return [
      `Others may write to "${path}" (mode ${modeOf(stats)}), and so have keys of their own trusted: chmod go-w ${path}`,
    ];
  });
  return [...readable, ...writable];
};

/**
 * Private keys of the other process, which this one must not have: a taken one could then do both. What a guard signs are questions
 * to people, which anybody may put, and what a watcher signs only ends things: their keys are no danger elsewhere. What guards and workers share would let a bot, or
 * a watcher, try values of Secrets until one fits.
 */
export const foreignKeyFiles = (folder: string, own: readonly Author[]): readonly string[] => {
  const foreign = authors.filter((author) => !own.includes(author) && author !== 'guard' && author !== 'watcher');
  const sharing = own.some((author) => author === 'worker' || author === 'guard');
  return [...foreign.map((author) => `${author}.key`), ...(sharing || own.length === 0 ? [] : [sharedFile])]
    .map((name) => join(folder, name))
    .filter((file) => statsOf(file) !== undefined)
    .map(
      (file) => `Key file "${file}" belongs to the other process: take it away, so that a taken one cannot do both.`,
    );
};
