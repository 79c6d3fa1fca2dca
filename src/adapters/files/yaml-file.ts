import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import { err, ok, type Result } from '#domain/result.ts';

type Path = readonly (string | number)[];

/** A YAML file that was read, or why it could not be; `where` finds the line of a path of keys and indices. */
export type YamlFile = {
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly string[];
  readonly where: (path: Path) => string;
};

/** Reads a YAML file of a folder. What cannot be read or made sense of is a problem with file and line, never an exception. */
export const readYaml = async (folder: string, name: string): Promise<YamlFile> => {
  const read = await contentOf(join(folder, name));
  if (!read.ok) {
    const remedy = `${name}: cannot be read (${read.error}). Every policy folder has one.`;
    return { text: '', value: undefined, problems: [remedy], where: () => name };
  }
  const text = read.value;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): string => `${name}:${lines.linePos(offset).line}`;
  const value = document.errors.length > 0 ? err('') : resolved(document);
  const unresolved = value.ok || document.errors.length > 0 ? [] : [`${name}: ${value.error}`];
  const syntax = document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message.split('\n')[0]}`);
  return {
    text,
    value: value.ok ? value.value : undefined,
    problems: [...syntax, ...unresolved],
    where: (path) => at(offsetOf(document, path)),
  };
};

const contentOf = async (path: string): Promise<Result<string, string>> => {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : String(cause));
  }
};

/** An alias may lead nowhere, or to so many others that the file would never end. */
const resolved = (document: ReturnType<typeof parseDocument>): Result<unknown, string> => {
  try {
    return ok(document.toJS({ maxAliasCount: 100 }));
  } catch (cause) {
    return err(
      `an alias cannot be resolved (${cause instanceof Error ? cause.message : String(cause)}). Write it out.`,
    );
  }
};

/** The offset of the key that a path leads to, or of the nearest thing above it that is there. */
const offsetOf = (document: ReturnType<typeof parseDocument>, path: Path): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && String(item.key) === String(last))
      : undefined;
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
};
