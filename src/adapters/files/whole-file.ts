import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { err, ok, type Result } from '#domain/result.ts';

const remedy = 'Name a file in a folder that you may write to.';
const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * Writes a file that is there as a whole or not at all: beside it first, to the disk, and then in its place. Only its owner may
 * read it. A fault of what is to be written is thrown, and leaves nothing behind.
 */
export const writeWhole = async (path: string, texts: AsyncIterable<string>): Promise<Result<null, string>> => {
  const taken = await stat(path).catch(() => undefined);
  if (taken !== undefined && !taken.isFile())
    return err(`${path} is ${taken.isDirectory() ? 'a folder' : 'no file'}. ${remedy} Or "-" for standard output.`);
  const beside = `${path}.${randomBytes(4).toString('hex')}.part`;
  const cannot = (cause: unknown) => err(`${path} cannot be written (${whyOf(cause)}). ${remedy}`);
  let file: FileHandle;
  try {
    file = await open(beside, 'wx', 0o600);
  } catch (cause) {
    return cannot(cause);
  }
  try {
    for await (const text of texts) {
      const failed = await attempt(() => file.writeFile(text));
      if (!failed.ok) return cannot(failed.error);
    }
    const done = await attempt(async () => {
      await file.sync();
      await rename(beside, path);
    });
    return done.ok ? ok(null) : cannot(done.error);
  } finally {
    await file.close();
    await rm(beside, { force: true });
  }
};

const attempt = async (work: () => Promise<void>): Promise<Result<null, unknown>> => {
  try {
    await work();
    return ok(null);
  } catch (cause) {
    return err(cause);
  }
};
