import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clusterName } from '#domain/ids.ts';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { keyIdOf } from './ed25519.ts';
import { authors } from './files.ts';
import { nameOf } from './names.ts';
import { newSharedKey, sharedFile, sharedFolder } from './shared.ts';
import { newVaultKey, vaultFile } from './vault.ts';

/** In it, by their names, a folder for the guards and watchers of each cluster that has keys of its own. */
export const clustersFolder = 'clusters';

/**
 * Makes a pair for each process: `<author>.key` (mode 600) and `trusted/<author>-<key id>.pub`, the key of the worker's
 * journals, and the one that guards and workers share. Guards and watchers of `clusters` get keys that are good for these alone, in
 * `clusters/<name>`, which has all that they read; without any there is one pair of each for every cluster.
 *
 * A folder from before there were journals, a guard, held Secrets, a watcher, or that cluster gets only those; otherwise nothing is
 * written when one of the private keys is there. Answers with the files made; `err` also says why they cannot be written.
 */
export const generateKeys = (
  folder: string,
  clusters: readonly string[] = [],
): Result<readonly string[], readonly string[]> => {
  const wrong = clusters.filter((one) => !clusterName.test(one));
  if (wrong.length > 0)
    return err(
      wrong.map((one) => `No cluster can be called ${JSON.stringify(one)}. Name it as HALLPASS_CLUSTERS does.`),
    );
  try {
    return generateIn(folder, [...new Set(clusters)]);
  } catch (cause) {
    if (!isOfSystem(cause)) throw cause;
    return err([`The keys cannot be written to "${folder}" (${cause.message}). Name a folder that you may write to.`]);
  }
};

const isOfSystem = (cause: unknown): cause is Error => cause instanceof Error && 'syscall' in cause;

/** Of these each cluster may have its own. */
const outposts = ['guard', 'watcher'] as const;

const generateIn = (folder: string, clusters: readonly string[]): Result<readonly string[], readonly string[]> => {
  const isThere = (...file: readonly string[]): boolean => existsSync(join(folder, ...file));
  const isOlder = isThere('bot.key') && isThere('worker.key');
  const there = [...authors.map((author) => `${author}.key`), clustersFolder].filter((file) => isThere(file));
  if (!isOlder && there.length > 0) return err(there.map((file) => sayThere(join(folder, file))));
  const own = clusters.length > 0 || isThere(clustersFolder) ? [] : outposts;
  const pairs = isOlder ? own.filter((author) => !isThere(`${author}.key`)) : [...(['bot', 'worker'] as const), ...own];
  if (!isOlder) mkdirSync(join(folder, 'trusted'), { recursive: true, mode: 0o700 });
  const made = [
    ...pairs.flatMap((author) => writePair(folder, author)),
    ...(isThere(vaultFile) ? [] : [writeKey(join(folder, vaultFile), newVaultKey())]),
    ...(isThere(sharedFile) ? [] : [writeKey(join(folder, sharedFile), newSharedKey())]),
    ...clusters.flatMap((cluster) => generateFor(folder, cluster)),
  ];
  if (made.length > 0) return ok(made);
  const all = [
    ...there,
    ...clusters.flatMap((one) => outposts.map((author) => join(clustersFolder, one, `${author}.key`))),
  ];
  return err(all.filter((file) => isThere(file)).map((file) => sayThere(join(folder, file))));
};

const sayThere = (file: string): string =>
  `"${file}" is there already and is not overwritten. Take it away first, or name another folder.`;

/** What is missing in the folder of a cluster; what its processes share with all others is led to. */
const generateFor = (folder: string, cluster: string): readonly string[] => {
  const own = join(folder, clustersFolder, cluster);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  for (const common of ['trusted', sharedFolder])
    if (!existsSync(join(own, common))) symlinkSync(join('..', '..', common), join(own, common));
  return outposts.flatMap((author) =>
    existsSync(join(own, `${author}.key`)) ? [] : writePair(own, author, join(folder, 'trusted'), cluster),
  );
};

const writePair = (
  folder: string,
  author: Author,
  trusted = join(folder, 'trusted'),
  cluster?: string,
): readonly string[] => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const secret = join(folder, `${author}.key`);
  const open = join(trusted, nameOf(author, keyIdOf(publicKey), cluster));
  // 'wx' refuses what appeared since the look whether it is there.
  writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o644, flag: 'wx' });
  return [secret, open];
};

const writeKey = (file: string, key: string): string => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return file;
};
