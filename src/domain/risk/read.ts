import type { Json } from '#domain/json.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Place } from './finding.ts';

/** Looks into raw JSON, which may come from anybody: what is not there, or of another shape, is nothing. */
export const at = (value: Json | undefined, ...keys: readonly string[]): Json | undefined =>
  keys.reduce<Json | undefined>(
    (inner, key) => (isMap(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );

export const listAt = (value: Json | undefined, ...keys: readonly string[]): readonly Json[] => {
  const found = at(value, ...keys);
  return isList(found) ? found : [];
};

/** The items of a list with where each stands. */
export const itemsAt = (value: Json | undefined, ...keys: readonly string[]): readonly Item[] =>
  listAt(value, ...keys).map((item, index) => ({ item, path: [...keys, index] }));

/** One item of a list, and where it stands. */
export type Item = { readonly item: Json; readonly path: Place };

/** The items of a list inside of items, each with its whole way. */
export const itemsIn = (items: readonly Item[], ...keys: readonly string[]): readonly Item[] =>
  items.flatMap(({ item, path }) =>
    itemsAt(item, ...keys).map((inner) => ({ item: inner.item, path: [...path, ...inner.path] })),
  );

export const entriesAt = (
  value: Json | undefined,
  ...keys: readonly string[]
): readonly (readonly [string, Json])[] => {
  const found = at(value, ...keys);
  if (!isMap(found)) return [];
  return Object.entries(found).flatMap(([key, one]) => (one === undefined ? [] : [[key, one] as const]));
};

/** Empty where there is no text. */
export const textAt = (value: Json | undefined, ...keys: readonly string[]): string => {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : '';
};

/** Any JSON as text; `String` would call a member named "toString". */
export const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of the object in a sentence: short, on one line, between quotes, which it cannot end by one of its own. */
export const quoted = (text: string, limit = 80): string => `"${cut(oneLine(text).replaceAll('"', '’’'), limit)}"`;
