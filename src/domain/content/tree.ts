import { isJsonWithin, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';

/** Members that are `undefined` are not there. Keys are anybody's: `__proto__` is one like any other. */
export type JsonMap = { readonly [key: string]: Json | undefined };

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
export const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const memberOf = (map: JsonMap, key: string): Json | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;

export const entriesOf = (map: JsonMap): readonly (readonly [string, Json])[] =>
  Object.keys(map).flatMap((key) => {
    const member = map[key];
    return member === undefined ? [] : [[key, member] as const];
  });

/** Each entry becomes a member of its own, whatever its key. */
export const mapOf = (entries: Iterable<readonly [string, Json]>): JsonMap => Object.fromEntries(entries);

/**
 * Whether two values are the same, or both absent. Numbers are as `JSON.parse` made them: of integers above 2^53 the last
 * digits are lost before Hallpass sees them, in everything that compares, shows or writes them.
 */
export const same = (one: Json | undefined, other: Json | undefined): boolean => {
  if (one === other) return true;
  if (isList(one))
    return isList(other) && one.length === other.length && one.every((item, index) => same(item, other[index]));
  if (!isMap(one) || !isMap(other)) return false;
  const entries = entriesOf(one);
  return (
    entries.length === entriesOf(other).length && entries.every(([key, member]) => same(member, memberOf(other, key)))
  );
};

/** For what comes from outside. Taken as it is: `z.json()` would drop a key named `__proto__`, which a ConfigMap may have. */
export const isJson = (value: unknown): value is Json => isJsonWithin(value, Number.POSITIVE_INFINITY);

const isManifest = (value: Json): value is Manifest =>
  isMap(value) &&
  typeof memberOf(value, 'apiVersion') === 'string' &&
  typeof memberOf(value, 'kind') === 'string' &&
  isMap(value.metadata) &&
  typeof memberOf(value.metadata, 'name') === 'string';

/** What was made from a manifest as one again; throws when it lost its type or name, which no caller intends. */
export const asManifest = (value: Json): Manifest => {
  if (!isManifest(value)) throw new TypeError('An object of Kubernetes has an apiVersion, a kind and a name.');
  return value;
};
