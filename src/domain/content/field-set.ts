import { canonical, type Json } from '#domain/json.ts';
import type { Path } from './comparison.ts';
import type { By } from './keyed.ts';
import { entriesOf, isMap, mapOf, memberOf } from './tree.ts';

/**
 * The fields that a manager owns, as in `FieldsV1` (structured-merge-diff v4, `fieldpath/serialize.go`): members are
 * `f:<name>`, `k:<keys of an item>`, `v:<value of an item>` or `i:<index>`; an empty one is owned itself, as is one with a
 * member `.`; the others are only on the way to what is owned.
 */
export type FieldSet = { readonly owned: boolean; readonly members: ReadonlyMap<string, FieldSet> };

const nothing: FieldSet = { owned: false, members: new Map() };

/** Whatever is no set owns nothing. */
export const fieldsFrom = (fields: Json | undefined): FieldSet => {
  const set = isMap(fields) ? read(fields) : nothing;
  return set.members.size === 0 && !(isMap(fields) && Object.hasOwn(fields, '.')) ? nothing : set;
};

const read = (fields: Json): FieldSet => {
  const entries = isMap(fields) ? entriesOf(fields) : [];
  const members = entries.filter(([key]) => key !== '.').map(([key, value]) => [key, read(value)] as const);
  return { owned: members.length === 0 || members.length < entries.length, members: new Map(members) };
};

export const isNone = ({ owned, members }: FieldSet): boolean => !owned && members.size === 0;

export const writeFields = ({ owned, members }: FieldSet): Json =>
  mapOf([
    ...(owned && members.size > 0 ? [['.', {}] as const] : []),
    ...[...members].map(([key, member]) => [key, writeFields(member)] as const),
  ]);

export const union = (one: FieldSet, other: FieldSet): FieldSet => {
  const members = new Map(one.members);
  for (const [key, member] of other.members) {
    const mine = members.get(key);
    members.set(key, mine === undefined ? member : union(mine, member));
  }
  return { owned: one.owned || other.owned, members };
};

/** What is owned in both. */
export const intersection = (one: FieldSet, other: FieldSet): FieldSet => {
  const members = [...one.members].flatMap(([key, member]) => {
    const theirs = other.members.get(key);
    const both = theirs === undefined ? nothing : intersection(member, theirs);
    return isNone(both) ? [] : [[key, both] as const];
  });
  return { owned: one.owned && other.owned, members: new Map(members) };
};

/** Whether a path is owned, something within it is, or the value that it is part of. */
export const reaches = (set: FieldSet, path: Path): boolean => {
  let at = set;
  for (const step of path) {
    const next = typeof step === 'string' ? at.members.get(`f:${step}`) : itemAt(at, step.by);
    if (next === undefined) return at.owned && at.members.size === 0;
    at = next;
  }
  return !isNone(at);
};

const itemAt = ({ members }: FieldSet, by: By): FieldSet | undefined => {
  for (const [key, member] of members)
    if (key.startsWith('k:') && canonical(asTexts(key.slice(2))) === canonical(by)) return member;
  return undefined;
};

const asTexts = (text: string): Json => {
  try {
    const keys: Json = JSON.parse(text);
    if (!isMap(keys)) return null;
    return mapOf(Object.keys(keys).map((name) => [name, String(memberOf(keys, name))]));
  } catch {
    return null;
  }
};
