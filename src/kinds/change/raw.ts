import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';

export type Members = { readonly [key: string]: Json | undefined };

export const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** What stands at a path of keys; undefined where there is nothing, and for what objects only inherit. */
export const at = (value: Json | undefined, ...keys: readonly string[]): Json | undefined => {
  let inner = value;
  for (const key of keys) {
    if (!(isMembers(inner) && Object.hasOwn(inner, key))) return undefined;
    inner = inner[key];
  }
  return inner;
};

export const textAt = (value: Json | undefined, ...keys: readonly string[]): string | undefined => {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : undefined;
};

/** The members without those of these keys. */
export const without = (members: Members, ...keys: readonly string[]): Members =>
  Object.fromEntries(Object.entries(members).filter(([key]) => !keys.includes(key)));

const isTexts = (value: Json | undefined): boolean =>
  value === undefined || (isMembers(value) && Object.values(value).every((text) => typeof text === 'string'));

/** Whether raw JSON still has what every object of Kubernetes has. */
export const isManifest = (value: Json): value is Manifest =>
  textAt(value, 'apiVersion') !== undefined &&
  textAt(value, 'kind') !== undefined &&
  textAt(value, 'metadata', 'name') !== undefined &&
  ['string', 'undefined'].includes(typeof at(value, 'metadata', 'namespace')) &&
  isTexts(at(value, 'metadata', 'labels')) &&
  isTexts(at(value, 'metadata', 'annotations'));
