import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result.ts';
import { oneLine } from '#domain/text.ts';
import type { FileText } from './policy-files.ts';

/** Bytes of one file. */
const longest = 10 * 1024 * 1024;
const isManifestName = (name: string): boolean => /\.(ya?ml|json)$/i.test(name);

/** What standard input is called. */
export const stdinName = 'stdin';

type Found = { readonly paths: readonly string[]; readonly problems: readonly string[] };

/**
 * Reads files, folders and standard input ("-"), each file once however often it is named. A folder stands for the manifests in
 * it and its folders, in the order of their names. Never throws: what cannot be read is said in its place.
 */
export const readManifestSources = async (
  names: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<readonly FileText[]> => {
  const seen = new Set<string>();
  const texts: FileText[] = [];
  for (const name of names) {
    if (name === '-') {
      texts.push({ name: stdinName, text: await textIn(stdin) });
      continue;
    }
    const { paths, problems } = await filesAt(name, seen);
    for (const problem of problems) texts.push({ name: oneLine(name), text: err(problem) });
    for (const path of paths) texts.push({ name: path, text: await textIn(createReadStream(path)) });
  }
  return texts;
};

const filesAt = async (path: string, seen: Set<string>): Promise<Found> => {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return { paths: (await isNew(path, seen)) ? [path] : [], problems: [] };
    return await filesIn(path, seen);
  } catch (cause) {
    return { paths: [], problems: [`cannot be read (${whyOf(cause)}). Name a file or a folder that you may read.`] };
  }
};

/** Links are followed; what was seen before is passed over, so that none leads round and round. */
const filesIn = async (folder: string, seen: Set<string>): Promise<Found> => {
  if (!(await isNew(folder, seen))) return { paths: [], problems: [] };
  const paths: string[] = [];
  const problems: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const found = await stat(path).catch((cause: unknown) => whyOf(cause));
    if (typeof found === 'string') {
      if (isManifestName(name)) problems.push(`${oneLine(path)} cannot be read (${found}).`);
      continue;
    }
    const inner = found.isDirectory() ? await filesAt(path, seen) : undefined;
    if (inner !== undefined) {
      paths.push(...inner.paths);
      problems.push(...inner.problems);
    } else if (isManifestName(name) && !found.isFile()) problems.push(`${oneLine(path)} is no file. Leave it out.`);
    else if (isManifestName(name) && (await isNew(path, seen))) paths.push(path);
  }
  return { paths, problems };
};

const isNew = async (path: string, seen: Set<string>): Promise<boolean> => {
  const real = await realpath(path).catch(() => path);
  return !seen.has(real) && seen.add(real) !== undefined;
};

const textIn = async (bytes: AsyncIterable<Uint8Array>): Promise<Result<string, string>> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of bytes) {
      length += part.length;
      if (length > longest) return err('is longer than 10 MiB. Split it, or check its parts one by one.');
      parts.push(part);
    }
  } catch (cause) {
    return err(`cannot be read (${whyOf(cause)}). Name a file that you may read.`);
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts)));
  } catch {
    return err('is not text in UTF-8. Save it as UTF-8.');
  }
};

const whyOf = (cause: unknown): string => oneLine(cause instanceof Error ? cause.message : String(cause));
