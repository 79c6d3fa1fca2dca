import { isList, isMap, type JsonMap } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { cut, oneLine } from '#domain/text.ts';
import { saySpot, type WrittenObject } from '#use-cases/judge-manifests.ts';
import { readManifestSources } from './manifest-sources.ts';
import { readManifestYaml, type WrittenDocument } from './manifest-yaml.ts';
import type { FileText } from './policy-files.ts';

/** Objects of files; what was passed over, in `notes`; and what cannot be read, with file, line and remedy. */
export type ManifestObjects = {
  readonly objects: readonly WrittenObject[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
};

/** Reads all objects in files, folders and standard input ("-"). Never throws for what is in them. */
export const readManifestObjects = async (
  names: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
): Promise<ManifestObjects> => {
  const files = (await readManifestSources(names, stdin)).map(objectsOf);
  return {
    objects: files.flatMap(({ objects }) => objects),
    notes: files.flatMap(({ notes }) => notes),
    problems: files.flatMap(({ problems }) => problems),
  };
};

/** Every document is an object, a list of them, or empty. */
export const objectsOf = ({ name, text }: FileText): ManifestObjects => {
  if (!text.ok) return { objects: [], notes: [], problems: [`${oneLine(name)}: ${text.error}`] };
  const { documents, problems } = readManifestYaml(name, text.value);
  const read = documents.filter(({ value }) => value !== null).flatMap((document) => readItems(document, [], {}));
  return {
    objects: read.flatMap((one) => ('object' in one ? [one.object] : [])),
    notes: read.flatMap((one) => ('note' in one ? [one.note] : [])),
    problems: [...problems, ...read.flatMap((one) => ('problem' in one ? [one.problem] : []))],
  };
};

type Read = { readonly object: WrittenObject } | { readonly note: string } | { readonly problem: string };

/** `typed` is what the items of a list are that does not say it of each, as in an IngressList. */
const readItems = ({ value, spotOf }: WrittenDocument, place: Place, typed: JsonMap): readonly Read[] => {
  const found = valueAt(value, place);
  const where = saySpot(spotOf(place));
  const problem = (message: string): readonly Read[] => [{ problem: `${where}: ${message}` }];
  if (!isMap(found)) return problem('this is no object. Each begins with apiVersion, kind and metadata.');
  const { apiVersion, kind, items, metadata } = { ...typed, ...found };
  if (!isText(apiVersion) || !isText(kind)) return problem(untyped);
  if (isList(items) && isListOfObjects(kind, items)) {
    const [, item] = /^(.+)List$/.exec(kind) ?? [];
    const type = item === undefined ? {} : { apiVersion, kind: item };
    return items.flatMap((_, index) => readItems({ value, spotOf }, [...place, 'items', index], type));
  }
  if (apiVersion.startsWith('kustomize.config.k8s.io/'))
    return [{ note: `${where}: ${sayKind(kind)} was passed over. Check what "kustomize build" makes of it.` }];
  const name = nameIn(metadata);
  if ('lacks' in name) return problem(`${sayKind(kind)} ${name.lacks}`);
  // Rules look at what is there, of whatever shape; only of the name and the type they have to be sure.
  const manifest = { ...found, apiVersion, kind, metadata: name.metadata } as Manifest;
  const { isGenerated } = name;
  return [{ object: { manifest, isGenerated, spotOf: (inner) => spotOf([...place, ...inner]) } }];
};

const untyped =
  'this is no object of Kubernetes, for it lacks apiVersion or kind. Leave the file out; a template or values have to be rendered first.';

type Named = { readonly metadata: JsonMap; readonly isGenerated: boolean };

/** What it lacks goes on after the kind. */
const nameIn = (metadata: Json | undefined): Named | { readonly lacks: string } => {
  if (!isMap(metadata)) return { lacks: 'has no metadata. Write at least metadata.name.' };
  const { name, generateName, namespace, ...rest } = metadata;
  if (!isTextOrNone(namespace)) return { lacks: 'has a metadata.namespace that is no text. Quote it.' };
  if (!isTextOrNone(name)) return { lacks: 'has a metadata.name that is no text. Quote it.' };
  const named = { ...rest, ...(isText(namespace) ? { namespace } : {}) };
  if (isText(name)) return { metadata: { ...named, name }, isGenerated: false };
  if (!isText(generateName)) return { lacks: 'has no name. Write metadata.name, or metadata.generateName.' };
  return { metadata: { ...named, name: `${generateName}(generated)`, generateName }, isGenerated: true };
};

/** As kubectl, which takes whatever has items for a list; but for what has other things in them. */
const isListOfObjects = (kind: string, items: readonly Json[]): boolean =>
  kind.endsWith('List') || items.some((item) => isMap(item) && isText(item.apiVersion) && isText(item.kind));

const valueAt = (value: Json, place: Place): Json | undefined =>
  place.reduce<Json | undefined>(
    (inner, step) => (inner as { readonly [step: string | number]: Json } | undefined)?.[step],
    value,
  );

const sayKind = (kind: string): string => cut(oneLine(kind), 80);
const isText = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';
const isTextOrNone = (value: Json | undefined): boolean =>
  value === undefined || value === null || typeof value === 'string';
