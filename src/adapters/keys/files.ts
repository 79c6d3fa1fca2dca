import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type NameSaid, readName } from './names.ts';

export const authors: readonly Author[] = ['bot', 'worker', 'guard', 'watcher'];

/** A public key as found in `trusted/`. */
export type Found = {
  readonly author: Author;
  readonly file: string;
  readonly key: KeyObject;
} & NameSaid;

const remedy = '`hallpass keys generate` makes a pair for each process.';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable';

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

const readText = (file: string): Result<string | undefined, string> => {
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return ok(undefined);
    return err(`Key file "${file}" cannot be read (${codeOf(error)}). Let the user that Hallpass runs as read it.`);
  }
};

/** Reads a process' own private key; undefined when there is none. */
export const readPrivate = (folder: string, author: Author): Result<KeyObject | undefined, string> => {
  const file = join(folder, `${author}.key`);
  const text = readText(file);
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  try {
    const key = createPrivateKey(text.value);
    return key.asymmetricKeyType === 'ed25519' ? ok(key) : err(notEd25519(file, key));
  } catch {
    return err(`Key file "${file}" holds no private key in PEM (PKCS #8, without a passphrase). ${remedy}`);
  }
};

const notEd25519 = (file: string, key: KeyObject): string =>
  `Key file "${file}" holds a key of type ${key.asymmetricKeyType}, not ed25519. ${remedy}`;

/** Reads all public keys of `trusted/`; whatever else lies there is a problem, so that no key is left out by its name. */
export const readTrusted = (folder: string): readonly Result<Found, string>[] => {
  const trusted = join(folder, 'trusted');
  try {
    // A mounted volume has entries of its own, which begin with a dot.
    const names = readdirSync(trusted).filter((name) => !name.startsWith('.'));
    return names.sort().map((name) => readPublic(join(trusted, name), name));
  } catch (error) {
    if (isMissing(error)) return [];
    return [
      err(`Folder "${trusted}" cannot be listed (${codeOf(error)}). Let the user that Hallpass runs as read it.`),
    ];
  }
};

const readPublic = (file: string, name: string): Result<Found, string> => {
  const author = authors.find((one) => name.startsWith(`${one}-`) && name.endsWith('.pub'));
  if (author === undefined) {
    return err(
      `File "${file}" is not named as a trusted key. Call it "bot-….pub", "worker-….pub", "guard-….pub" or "watcher-….pub", or take it away.`,
    );
  }
  const said = readName(author, name);
  if (!said.ok) return err(`Key file "${file}" ${said.error}`);
  const text = readText(file);
  if (!text.ok) return text;
  if (text.value === undefined) return err(`Key file "${file}" leads nowhere. Mend the link, or take it away.`);
  if (text.value.includes('PRIVATE KEY')) {
    return err(
      `Key file "${file}" holds a private key, which no other process may see: treat it as stolen, make a new pair and put only the public half here.`,
    );
  }
  try {
    const key = createPublicKey(text.value);
    return key.asymmetricKeyType === 'ed25519' ? ok({ author, file, key, ...said.value }) : err(notEd25519(file, key));
  } catch {
    return err(`Key file "${file}" holds no public key in PEM (SPKI). ${remedy}`);
  }
};
