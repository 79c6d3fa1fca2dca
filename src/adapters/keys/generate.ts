import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { keyIdOf } from './ed25519.ts';
import { authors } from './files.ts';
import { newSharedKey, sharedFile } from './shared.ts';
import { newVaultKey, vaultFile } from './vault.ts';

/**
 * Makes a pair for each process: `<author>.key` (mode 600) and `trusted/<author>-<key id>.pub`, the key of the worker's
 * journals, and the one that guards and workers share. A folder from before there were journals, a guard, held Secrets, or a
 * watcher gets only those; otherwise nothing is written when one of
 * the private keys is there. Answers with the files made; `err` also says why they cannot be written.
 */
export const generateKeys = (folder: string): Result<readonly string[], readonly string[]> => {
  try {
    return generateIn(folder);
  } catch (cause) {
    if (!isOfSystem(cause)) throw cause;
    return err([`The keys cannot be written to "${folder}" (${cause.message}). Name a folder that you may write to.`]);
  }
};

const isOfSystem = (cause: unknown): cause is Error => cause instanceof Error && 'syscall' in cause;

const generateIn = (folder: string): Result<readonly string[], readonly string[]> => {
  const there = authors.map((author) => join(folder, `${author}.key`)).filter((file) => existsSync(file));
  const forJournals = join(folder, vaultFile);
  const forSecrets = join(folder, sharedFile);
  const isOlder = ['bot', 'worker'].every((author) => there.includes(join(folder, `${author}.key`)));
  const added = isOlder
    ? [
        ...(existsSync(forJournals) ? [] : [writeKey(forJournals, newVaultKey())]),
        ...(['guard', 'watcher'] as const).flatMap((author) =>
          there.includes(join(folder, `${author}.key`)) ? [] : writePair(folder, author),
        ),
        ...(existsSync(forSecrets) ? [] : [writeKey(forSecrets, newSharedKey())]),
      ]
    : [];
  if (added.length > 0) return ok(added);
  if (there.length > 0) {
    return err(
      there.map(
        (file) => `"${file}" is there already and is not overwritten. Take it away first, or name another folder.`,
      ),
    );
  }
  mkdirSync(join(folder, 'trusted'), { recursive: true, mode: 0o700 });
  return ok([
    ...authors.flatMap((author) => writePair(folder, author)),
    writeKey(forJournals, newVaultKey()),
    writeKey(forSecrets, newSharedKey()),
  ]);
};

const writePair = (folder: string, author: Author): readonly string[] => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const secret = join(folder, `${author}.key`);
  const open = join(folder, 'trusted', `${author}-${keyIdOf(publicKey)}.pub`);
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
