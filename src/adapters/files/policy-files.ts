import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result.ts';
import { kindModules } from '#kinds/index.ts';

/** A file as it was found: its text, or why there is none. `isAbsent`: no file has that name. */
export type FileText = { readonly name: string; readonly text: Result<string, string>; readonly isAbsent?: true };

/** All files of a policy folder as they were found; the same state has the same digest, whether or not it can be used. */
export type PolicyFiles = { readonly files: readonly FileText[]; readonly digest: string };

/** Bytes of one file. A ConfigMap holds no more in all of its files together. */
const longest = 1024 * 1024;

/** In the order that the policy's hash is taken in. */
const names = ['rules.yaml', 'identities.yaml', ...kindModules.map(({ settingsFile }) => settingsFile)];

/** Never throws: a file or folder that is not there is a state as any other. */
export const readPolicyFiles = async (folder: string): Promise<PolicyFiles> => {
  const files = await Promise.all(names.map((name) => readText(folder, name)));
  const hash = createHash('sha256');
  for (const { text } of files) hash.update(text.ok ? `text ${text.value}\0` : `none ${text.error}\0`);
  return { files, digest: hash.digest('hex') };
};

export const readText = async (folder: string, name: string): Promise<FileText> => ({
  name,
  ...(await textOf(join(folder, name))),
});

const textOf = async (path: string): Promise<Omit<FileText, 'name'>> => {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return { text: err('cannot be read (it is not a file). Every policy folder has one.') };
    return { text: textIn(await bytesOf(file, Math.min(found.size, longest) + 1)) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = err(`cannot be read (${why}). Every policy folder has one.`);
    return isNotThere(cause) ? { text, isAbsent: true } : { text };
  } finally {
    await file?.close();
  }
};

const isNotThere = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

const textIn = (bytes: Uint8Array): Result<string, string> => {
  if (bytes.length > longest)
    return err('is longer than 1 MiB, which no ConfigMap holds. Is it the right file? Leave out what is not needed.');
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err('is not text in UTF-8. Save it as UTF-8.');
  }
};

/** What is written meanwhile is cut off after a byte, and found whole when it is looked at again. */
const bytesOf = async (file: FileHandle, most: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(most);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, most - length);
    length += bytesRead;
    if (bytesRead === 0 || length === most) return bytes.subarray(0, length);
  }
};
