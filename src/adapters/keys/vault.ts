import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { err, ok, type Result } from '#domain/result.ts';
import type { Vault } from '#use-cases/ports.ts';

/** Key files are beside the signing keys: one key a line, the first closes, all of them open. */
export const vaultFile = 'journal.key';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** What a text may become when it is opened: far more than any object of Kubernetes, far less than fills a process. */
const mostBytes = 64 * 1024 * 1024;

export const newVaultKey = (): string => randomBytes(keyBytes).toString('base64');

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** AES-256-GCM over deflated text; `about` is authenticated with it. At least one key, each of 32 bytes. */
export const createVault = (keys: readonly Buffer[]): Vault => {
  const [first] = keys;
  if (first === undefined) throw new Error('A vault needs a key');
  return {
    close: async (text, about) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(await deflate(text)), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open: async (closed, about) => {
      const bytes = Buffer.from(closed, 'base64');
      for (const key of keys) {
        const text = decipher(key, bytes, about);
        if (text !== undefined) return (await inflate(text, { maxOutputLength: mostBytes })).toString('utf8');
      }
      return undefined;
    },
  };
};

const decipher = (key: Buffer, bytes: Buffer, about: string): Buffer | undefined => {
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  try {
    const opener = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    opener.setAAD(Buffer.from(about));
    opener.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([opener.update(bytes.subarray(nonceBytes + tagBytes)), opener.final()]);
  } catch {
    // Of another key or about something else, or altered: not ours.
    return undefined;
  }
};

const remedy = '`hallpass keys generate` makes what is missing in a folder.';

/** Opens the vault of a keys folder, or says what is wrong with its file and what to do. */
export const loadVault = (folder: string): Result<Vault, string> => {
  const file = join(folder, vaultFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    return err(
      code === 'ENOENT'
        ? `There is no "${file}": without it temporary changes could not be taken back. ${remedy}`
        : `Key file "${file}" cannot be read (${code}). Let the user that Hallpass runs as read it.`,
    );
  }
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
  if (keys.length === 0 || keys.some(({ length }) => length !== keyBytes))
    return err(
      `Key file "${file}" holds something else than keys of ${keyBytes} bytes in base64, one a line. ${remedy}`,
    );
  return ok(createVault(keys));
};
