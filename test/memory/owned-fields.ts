import { z } from 'zod';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';

const entry = z.looseObject({
  manager: z.string(),
  operation: z.enum(['Apply', 'Update']),
  apiVersion: z.string(),
  time: z.string(),
  fieldsType: z.literal('FieldsV1'),
  fieldsV1: z.record(z.string(), z.json()),
});
type Entry = z.infer<typeof entry>;
const owned = z.object({ metadata: z.object({ managedFields: z.array(entry).min(1) }) });

export type Writer = Pick<Entry, 'manager' | 'operation'> & { readonly time: string };

/** The server's own: nobody owns them. Nor is `status` anybody's here. */
const unowned = {
  top: ['apiVersion', 'kind', 'status'],
  metadata: [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'managedFields',
  ],
};

/** The lists whose items are known by a field of theirs (`x-kubernetes-list-map-keys`); all others are one value. */
const keyOf: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  imagePullSecrets: 'name',
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !isList(value);

/** What a place holds, by its path in the spelling of FieldsV1 (`f:spec`, `k:{"name":"web"}`); a list without keys is one place. */
const places = (value: Json, path: readonly string[], name = ''): readonly (readonly [string, Json])[] => {
  const key = keyOf[name];
  if (isList(value) && key !== undefined && value.length > 0 && value.every((item) => isMap(item) && key in item))
    return value.flatMap((item) => {
      const by = `k:${JSON.stringify({ [key]: isMap(item) ? item[key] : null })}`;
      return [[JSON.stringify([...path, by, '.']), true] as const, ...places(item, [...path, by])];
    });
  if (!isMap(value) || Object.keys(value).length === 0) return [[JSON.stringify(path), value]];
  return Object.entries(value).flatMap(([field, member]) =>
    member === undefined ? [] : places(member, [...path, `f:${field}`], field),
  );
};

const without = (map: { readonly [key: string]: Json | undefined }, fields: readonly string[]) =>
  Object.fromEntries(Object.entries(map).filter(([field]) => !fields.includes(field)));

/** Every place of an object that can have an owner, with its value in one spelling. */
const ownable = (manifest: Manifest | undefined): ReadonlyMap<string, string> => {
  if (manifest === undefined) return new Map();
  const rest = without({ ...manifest, metadata: without(manifest.metadata, unowned.metadata) }, unowned.top);
  const found = isMap(rest.metadata) && Object.keys(rest.metadata).length === 0 ? without(rest, ['metadata']) : rest;
  return new Map(places(found, []).map(([path, value]) => [path, canonical(value)]));
};

const pathsOf = (fields: Json, path: readonly string[] = []): readonly string[] => {
  if (!isMap(fields) || Object.keys(fields).length === 0) return [JSON.stringify(path)];
  return Object.entries(fields).flatMap(([step, below]) => pathsOf(below ?? {}, [...path, step]));
};

type Trie = { [step: string]: Trie };
const trieOf = (paths: Iterable<string>): Trie => {
  const root: Trie = {};
  for (const path of paths) {
    let at = root;
    for (const step of z.array(z.string()).parse(JSON.parse(path))) {
      at[step] ??= {};
      at = at[step];
    }
  }
  return root;
};

const entriesOf = (manifest: Manifest | undefined): readonly Entry[] =>
  owned.safeParse(manifest).data?.metadata.managedFields ?? [];

/**
 * Who owns which field once `before` has become `after`: whoever changes a field's value owns it alone, as
 * `metadata.managedFields` has it after an update. Nobody but the first owner knows of what stays the same.
 */
export const ownersAfter = (before: Manifest | undefined, after: Manifest, writer: Writer): readonly Json[] => {
  const [old, now] = [ownable(before), ownable(after)];
  const changed = new Set([...now.keys()].filter((path) => old.get(path) !== now.get(path)));
  const isMine = (each: Entry) => each.manager === writer.manager && each.operation === writer.operation;
  // As on the server: owners that come with the object itself are taken from there.
  const known = entriesOf(after).length > 0 ? entriesOf(after) : entriesOf(before);
  const mine = new Set(changed);
  for (const each of known.filter(isMine)) for (const path of pathsOf(each.fieldsV1)) mine.add(path);
  const others = known
    .filter((each) => !isMine(each))
    .map((each) => ({ ...each, left: pathsOf(each.fieldsV1).filter((path) => now.has(path) && !changed.has(path)) }))
    .filter(({ left }) => left.length > 0)
    .map(({ left, ...each }) => ({ ...each, fieldsV1: trieOf(left) }));
  const left = [...mine].filter((path) => now.has(path));
  const { apiVersion } = after;
  const own = { ...writer, apiVersion, fieldsType: 'FieldsV1', fieldsV1: trieOf(left) } as const;
  return left.length === 0 ? others : [...others, own];
};
