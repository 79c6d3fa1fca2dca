import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';

type Path = readonly (string | number)[];

/** A YAML file that was read, or why it could not be; `where` finds the line of a path of keys and indices. */
export type YamlFile = {
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly string[];
  readonly where: (path: Path) => string;
};

/** Reads a YAML file of a folder. Syntax errors are problems with file and line, never exceptions. */
export const readYaml = async (folder: string, name: string): Promise<YamlFile> => {
  const text = await readFile(join(folder, name), 'utf8').catch((cause: unknown) => String(cause));
  const missing = text.startsWith('Error: ');
  if (missing) {
    const remedy = `${name}: cannot be read (${text.slice('Error: '.length)}). Every policy folder has one.`;
    return { text: '', value: undefined, problems: [remedy], where: () => name };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): string => `${name}:${lines.linePos(offset).line}`;
  return {
    text,
    value: document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 }),
    problems: document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message.split('\n')[0]}`),
    where: (path) => at(offsetOf(document, path)),
  };
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
