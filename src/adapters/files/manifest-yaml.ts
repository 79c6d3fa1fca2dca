import { LineCounter, type ParsedNode, parseAllDocuments, Schema } from 'yaml';
import type { Json } from '#domain/json.ts';
import type { Place } from '#domain/risk/finding.ts';
import { cut, oneLine, visible } from '#domain/text.ts';
import { type Spot, saySpot } from '#use-cases/judge-manifests.ts';
import { readNodes, type Wrong } from './manifest-nodes.ts';

/** One document of a file: its raw JSON, and where in the file each of its places is, or the nearest above it. */
export type WrittenDocument = { readonly value: Json; readonly spotOf: (place: Place) => Spot };

export type ManifestYaml = { readonly documents: readonly WrittenDocument[]; readonly problems: readonly string[] };

/** What is no YAML at all has a mistake at each letter. */
const mostProblems = 20;

/**
 * Scalars mean what they mean to kubectl, Argo CD and Flux (sigs.k8s.io/yaml, a YAML 1.1 with JSON's types): "yes" and "on"
 * are true, 0777 and 0o777 are octal, and there are neither times nor numbers in base 60. Shared, for it takes long to make.
 */
const jsonTags = new Set(
  ['map', 'seq', 'str', 'null', 'bool', 'int', 'float'].map((tag) => `tag:yaml.org,2002:${tag}`),
);
const schema = new Schema({
  schema: 'yaml-1.1',
  merge: false,
  customTags: (tags) => [
    ...tags.filter((tag) => typeof tag === 'object' && jsonTags.has(tag.tag) && tag.format !== 'TIME'),
    'intOct',
  ],
});

/** Reads the text of a file of manifests. Every problem is named with file, line and remedy; then there are no documents. */
export const readManifestYaml = (file: string, written: string): ManifestYaml => {
  // Files that were put together have one in the midst.
  const text = written.replace(/^\ufeff/gm, '');
  const lines = new LineCounter();
  const spot = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const say = (offset: number, message: string): string => `${saySpot(spot(offset))}: ${message}`;
  const parsed = parse(text, lines);
  if (parsed === undefined)
    return { documents: [], problems: [`${oneLine(file)}: it is nested too deeply to be read.`] };
  const problems = ambiguitiesIn(text).map(({ offset, message }) => say(offset, message));
  const remedy = remedyFor(text);
  const documents: WrittenDocument[] = [];
  for (const { contents, errors } of parsed) {
    for (const { pos, message } of errors) problems.push(say(pos[0], `${sayMistake(message)} ${remedy}`));
    if (errors.length > 0) continue;
    const nodes = readNodes();
    const value = nodes.read(contents as ParsedNode | null);
    for (const { offset, message } of nodes.problems) problems.push(say(offset, message));
    const start = contents?.range?.[0] ?? 0;
    documents.push({ value, spotOf: (place) => spot(offsetIn(value, place, nodes.offsetOf) ?? start) });
  }
  const more = problems.length - mostProblems;
  const named = [
    ...problems.slice(0, mostProblems),
    ...(more > 0 ? [`${oneLine(file)}: ${more} more such mistakes.`] : []),
  ];
  return { documents: problems.length > 0 ? [] : documents, problems: named };
};

/** Where kubectl sees the end of a line or of a document, and others do not: what is a comment here may be in force there. */
const ambiguous = /\r(?!\n)|[\u0085\u2028\u2029]|^---(?=[^\s])/gm;

const ambiguitiesIn = (text: string): readonly Wrong[] =>
  [...text.matchAll(ambiguous)].map(({ 0: found, index }) => ({
    offset: index,
    message: found.startsWith('-')
      ? '"---" divides documents only where white space follows. Write it on a line of its own, or indent it.'
      : `here some programs begin a line and others do not (${visible(found)}). Write a line feed, or an escape in double quotes.`,
  }));

const parse = (text: string, lineCounter: LineCounter) => {
  try {
    // Unique keys would be looked for by comparing each with each other; ours are looked up.
    const settings = { schema, uniqueKeys: false, prettyErrors: false, keepSourceTokens: false } as const;
    const documents = [...parseAllDocuments(text, { ...settings, logLevel: 'silent', lineCounter })];
    // The parser calls itself for each level.
    const isTooDeep = documents.some(({ errors }) => errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION'));
    return isTooDeep ? undefined : documents;
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
};

/** Without what the parser quotes of the file. */
const sayMistake = (message: string): string =>
  cut(oneLine(message.replace(/(?<=\w): .*$/s, '')), 200).replace(/[.:]?$/, '.');

const remedyFor = (text: string): string =>
  text.includes('{{')
    ? 'Is it a template? Render it first, as with "helm template".'
    : 'Check the indentation and the quotes.';

/** The last step that is there: what is missing is said of what it would stand in. */
const offsetIn = (
  value: Json,
  place: Place,
  offsetOf: (container: Json, step: string | number) => number | undefined,
): number | undefined => {
  let inner: Json | undefined = value;
  let offset: number | undefined;
  for (const step of place) {
    const found: number | undefined = inner === undefined ? undefined : offsetOf(inner, step);
    if (found === undefined) return offset;
    offset = found;
    inner = (inner as { readonly [key: string | number]: Json })[step];
  }
  return offset;
};
