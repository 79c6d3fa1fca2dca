import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import { err, ok, type Result } from '#domain/result.ts';
import type { FileText } from './policy-files.ts';

type Path = readonly (string | number)[];
type Document = ReturnType<typeof parseDocument>;

/** A YAML file that was read, or why it could not be; `where` finds the line of a path of keys and indices. */
export type YamlFile = {
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly string[];
  readonly where: (path: Path) => string;
};

/** What is no YAML at all has a mistake at each letter. */
const mostProblems = 20;

/** Makes sense of a YAML file. What cannot be made sense of is a problem with file and line, never an exception. */
export const parseYaml = ({ name, text: read }: FileText): YamlFile => {
  if (!read.ok) return { text: '', value: undefined, problems: [`${name}: ${read.error}`], where: () => name };
  const text = read.value;
  const lines = new LineCounter();
  // Pretty errors look for their line in all of the text, each: garbage of 1 MB would take minutes.
  const document = documentIn(text, lines);
  if (document === undefined)
    return {
      text,
      value: undefined,
      problems: [`${name}: it nests deeper than can be read. Is it the right file?`],
      where: () => name,
    };
  const at = (offset: number): string => `${name}:${lines.linePos(offset).line}`;
  const { errors } = document;
  const value = errors.length > 0 ? err('') : resolved(document);
  const unresolved = value.ok || errors.length > 0 ? [] : [`${name}: ${value.error}`];
  const syntax = errors.slice(0, mostProblems).map(({ pos, message }) => `${at(pos[0])}: ${unquoted(message)}`);
  const more = errors.length > mostProblems ? [`${name}: ${errors.length - mostProblems} more such mistakes.`] : [];
  return {
    text,
    value: value.ok ? value.value : undefined,
    problems: [...syntax, ...more, ...unresolved],
    where: (path) => at(offsetOf(document, path)),
  };
};

/** Undefined for what nests deeper than recursion can take, which no file does that somebody wrote. */
const documentIn = (text: string, lineCounter: LineCounter): Document | undefined => {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false });
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
};

/** Without what the parser quotes of the file: it may be secret, as the address of a webhook. */
const unquoted = (message: string): string => message.replace(/(?<=[\w)]): .*$/s, '');

/** An alias may lead nowhere, or to so many others that the file would never end. */
const resolved = (document: Document): Result<unknown, string> => {
  try {
    return ok(document.toJS({ maxAliasCount: 100 }));
  } catch (cause) {
    return err(
      `an alias cannot be resolved (${unquoted(cause instanceof Error ? cause.message : String(cause))}). Write it out.`,
    );
  }
};

/** The offset of the key that a path leads to, or of the nearest thing above it that is there. */
const offsetOf = (document: Document, path: Path): number => {
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
