import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, type Scalar } from 'yaml';
import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { cut, oneLine } from '#domain/text.ts';
import { at, isList, isMembers, type Members } from './raw.ts';

const longest = 100_000;
const deepest = 60;

/**
 * Reads YAML 1.2 or JSON, one document or several, as raw JSON. What programs read differently is refused with its
 * line, for then approvers would see something else than what its author means: aliases, tags, merge keys, keys that
 * are there twice, numbers with a leading zero or too large to be kept.
 */
export const readDocuments = (text: string): Result<readonly Json[], string> => {
  if (text.length > longest) return err(`It has more than ${longest} characters. Split it.`);
  const lines = new LineCounter();
  const line = (offset: number): string => `Line ${lines.linePos(offset).line}`;
  const documents = parsed(text, lines);
  if (documents === undefined) return err('It cannot be read: it is nested too deeply.');
  const values: Json[] = [];
  for (const { contents, errors } of documents) {
    const [broken] = errors;
    if (broken !== undefined)
      return err(`${line(broken.pos[0])}: ${sayBroken(broken.code, broken.message)} Check the indentation and quotes.`);
    const value = readNode(contents, deepest);
    if (!value.ok) return err(`${line(value.error.offset)}: ${value.error.message}`);
    if (value.value !== null) values.push(value.value);
  }
  return ok(values);
};

const parsed = (text: string, lineCounter: LineCounter) => {
  try {
    return [
      ...parseAllDocuments(text, {
        version: '1.2',
        schema: 'core',
        strict: true,
        // Compares each key with each other; ours are looked up.
        uniqueKeys: false,
        merge: false,
        customTags: [],
        resolveKnownTags: false,
        logLevel: 'silent',
        prettyErrors: false,
        keepSourceTokens: false,
        lineCounter,
      }),
    ];
  } catch {
    // Its parser calls itself for each level.
    return undefined;
  }
};

const sayBroken = (code: string, message: string): string =>
  code === 'RESOURCE_EXHAUSTION' ? 'it is nested too deeply.' : `${cut(oneLine(message), 200).replace(/[.:]?$/, '.')}`;

type Wrong = { readonly offset: number; readonly message: string };

const readNode = (node: ParsedNode | null, left: number): Result<Json, Wrong> => {
  if (node === null) return ok(null);
  const wrong = (message: string): Result<never, Wrong> => err({ offset: node.range[0], message });
  if (isAlias(node)) return wrong('aliases ("*…") are not read. Write out what it stands for.');
  if (node.tag !== undefined) return wrong('tags ("!…") are not read. Leave it out, and quote what is a text.');
  if (left === 0) return wrong(`it is nested more than ${deepest} deep.`);
  if (isScalar(node)) {
    const value = scalarOf(node);
    return value.ok ? value : wrong(value.error);
  }
  if (isSeq(node)) {
    const items: Json[] = [];
    for (const item of node.items) {
      const value = readNode(item, left - 1);
      if (!value.ok) return value;
      items.push(value.value);
    }
    return ok(items);
  }
  if (!isMap(node)) return wrong('that is not YAML that Kubernetes knows.');
  const members = new Map<string, Json>();
  for (const { key, value } of node.items) {
    const name = keyOf(key);
    if (!name.ok) return err({ offset: key.range[0], message: name.error });
    if (members.has(name.value)) return err({ offset: key.range[0], message: 'a key is there twice.' });
    const inner = readNode(value, left - 1);
    if (!inner.ok) return inner;
    members.set(name.value, inner.value);
  }
  return ok(Object.fromEntries(members));
};

const keyOf = (node: ParsedNode): Result<string, string> => {
  if (!isScalar(node) || node.tag !== undefined || node.value === null)
    return err('a key is a plain text; quote it, or write it out.');
  if (node.value === '<<') return err('merge keys ("<<") are not read. Write out what it stands for.');
  return ok(typeof node.value === 'string' ? node.value : (node.source ?? String(node.value)));
};

const scalarOf = ({ value, source = '' }: Scalar): Result<Json, string> => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return ok(value);
  if (typeof value !== 'number') return err('that is not a value that Kubernetes knows; quote it.');
  if (/^[-+]?0[0-9]/.test(source))
    return err(`${source} is octal to some programs only. Write 0o${source.replace(/^[-+]?0+/, '')}, or quote it.`);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return err(`${source} is too large a number to be kept exactly. Quote it if it is a text.`);
  return ok(value);
};

/** Reads manifests: every document is an object, and a `List` is what is in it. */
export const readManifests = (text: string): Result<readonly Members[], string> => {
  const documents = readDocuments(text);
  if (!documents.ok) return documents;
  const manifests = documents.value.flatMap((document) => {
    const items = at(document, 'items');
    return String(at(document, 'kind')).endsWith('List') && isList(items) ? items : [document];
  });
  const objects = manifests.filter(isMembers);
  if (objects.length < manifests.length)
    return err(
      'A document is not an object. Each begins with apiVersion, kind and metadata; "---" stands between two.',
    );
  return objects.length === 0
    ? err('The manifest is empty. Paste what "kubectl get -o yaml" says, with what shall be different.')
    : ok(objects);
};

/** Reads a patch: an object is a merge patch, a list is a JSON patch. */
export const readPatch = (text: string): Result<Members | readonly Json[], string> => {
  const documents = readDocuments(text);
  if (!documents.ok) return documents;
  const [patch, ...more] = documents.value;
  if (more.length > 0) return err('A patch is one document. Take out the "---", or ask with a manifest.');
  return isMembers(patch) || isList(patch)
    ? ok(patch)
    : err('A patch is an object, like {"spec": {"replicas": 3}}, or a list of JSON patch operations.');
};
