import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result.ts';
import type { Digest } from '#domain/seal.ts';

/** In a folder of its own, so that it can be mounted where it is there, into guards and workers alike. */
export const sharedFolder = 'shared';
/** One key of 32 bytes in base64. */
export const sharedFile = join(sharedFolder, 'secrets.key');
const keyBytes = 32;

export const newSharedKey = (): string => randomBytes(keyBytes).toString('base64');

/** HMAC-SHA-256 of a UTF-8 text as lower-case hex. */
export const createMark =
  (key: Buffer): Digest =>
  (text) =>
    createHmac('sha256', key).update(text).digest('hex');

/** How values of Secrets are marked by the key in a keys folder; undefined where there is none: then no Secret is held. */
export const loadMark = (folder: string): Result<Digest | undefined, string> => {
  const file = join(folder, sharedFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    return code === 'ENOENT'
      ? ok(undefined)
      : err(`Key file "${file}" cannot be read (${code}). Let the user that Hallpass runs as read it.`);
  }
  const key = Buffer.from(text.trim(), 'base64');
  // One spelling only: node skips what is not base64, and a key cut short would be one that others can guess.
  return key.length === keyBytes && key.toString('base64') === text.trim()
    ? ok(createMark(key))
    : err(
        `Key file "${file}" holds something else than one key of ${keyBytes} bytes in base64. \`hallpass keys generate\` makes one where there is none.`,
      );
};
