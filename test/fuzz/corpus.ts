import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Input } from './target.ts';

const folder = fileURLToPath(new URL('./corpus', import.meta.url));

/** Inputs that failed once, or go where others do not. A file's name begins with its door, up to the first `~`. */
export const readCorpus = (target: string): readonly (Input & { readonly name: string })[] => {
  const from = join(folder, target);
  return names(from).map((name) => ({
    name,
    sort: name.split('~')[0] ?? '',
    bytes: readFileSync(join(from, name)),
  }));
};

const names = (from: string): readonly string[] => {
  try {
    return readdirSync(from).sort();
  } catch {
    return [];
  }
};

/** Writes an input into a folder, under the name that it has in the corpus; answers with its path. */
export const writeInput = (into: string, { sort, bytes }: Input): string => {
  mkdirSync(into, { recursive: true });
  const path = join(into, `${sort}~${createHash('sha256').update(bytes).digest('hex').slice(0, 10)}.txt`);
  writeFileSync(path, bytes);
  return path;
};
