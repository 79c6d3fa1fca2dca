import { canonical, type Json } from '#domain/json.ts';
import { oneLine } from '#domain/text.ts';
import type { Path } from './comparison.ts';
import { type FieldSet, fieldsFrom, intersection, isNone, reaches, union, writeFields } from './field-set.ts';
import { isList, isMap, type JsonMap, memberOf } from './tree.ts';

const entriesIn = (managedFields: Json | undefined): readonly JsonMap[] =>
  isList(managedFields) ? managedFields.filter(isMap) : [];

const textOf = (entry: JsonMap, field: string): string => {
  const value = memberOf(entry, field);
  return typeof value === 'string' ? value : '';
};
const ownedBy = (entry: JsonMap): FieldSet => fieldsFrom(memberOf(entry, 'fieldsV1'));
const managerOf = (entry: JsonMap): string => textOf(entry, 'manager');
const isOfSubresource = (entry: JsonMap): boolean => textOf(entry, 'subresource') !== '';

/**
 * Who owns a place of an object, by its `metadata.managedFields`: `argocd-controller (Apply, 2026-11-20 12:00)`, in UTC.
 * Where the API server keeps a value as a whole, as it does an Ingress' rules, whoever wrote any of it owns it all.
 */
export const ownersOf = (managedFields: Json | undefined, path: Path): readonly string[] => [
  ...new Set(
    entriesIn(managedFields)
      .filter((entry) => reaches(ownedBy(entry), path))
      .map(sayOwner),
  ),
];

const sayOwner = (entry: JsonMap): string => {
  const subresource = isOfSubresource(entry) ? ` of ${textOf(entry, 'subresource')}` : '';
  const [, day, minute] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(textOf(entry, 'time')) ?? [];
  const time = day === undefined ? '' : `, ${day} ${minute}`;
  return oneLine(`${managerOf(entry)} (${textOf(entry, 'operation')}${subresource}${time})`);
};

/**
 * The list of owners as it should be once a change is taken back: without the manager that made it, and what it had taken
 * over belongs again to those who had it before, so that a GitOps controller goes on to remove what leaves its source.
 * What others came to own meanwhile stays theirs; entries of subresources stay as they are.
 */
export const giveBack = (current: Json, before: Json, manager: string): Json => {
  const isOurs = (entry: JsonMap): boolean => managerOf(entry) === manager && !isOfSubresource(entry);
  const now = entriesIn(current);
  const ours = now.filter(isOurs).map(ownedBy).reduce(union, fieldsFrom(undefined));
  const others = new Set(now.filter((entry) => !isOurs(entry)));

  const returned = pairs(
    entriesIn(before).filter((entry) => !isOurs(entry)),
    [...others],
  ).flatMap(([was, is]): readonly JsonMap[] => {
    if (is !== undefined) others.delete(is);
    const asNow = is === undefined ? [] : [is];
    if (isOfSubresource(was)) return asNow;
    const back = intersection(ownedBy(was), ours);
    if (isNone(back)) return asNow;
    return [is === undefined ? withFields(was, back) : withFields(is, union(ownedBy(is), back))];
  });
  return [...returned, ...others];
};

const withFields = (entry: JsonMap, fields: FieldSet): JsonMap => ({ ...entry, fieldsV1: writeFields(fields) });

/** The API server tells entries apart by these; applying anew in another version of the API is the same entry. */
const identityOf = (entry: JsonMap): string => {
  const operation = textOf(entry, 'operation');
  const version = operation === 'Apply' ? '' : textOf(entry, 'apiVersion');
  return canonical([managerOf(entry), operation, version, textOf(entry, 'subresource')]);
};

/** Each entry of before with that of now; older servers keep several of one manager, by time. */
const pairs = (
  before: readonly JsonMap[],
  now: readonly JsonMap[],
): readonly (readonly [JsonMap, JsonMap | undefined])[] => {
  const exact = (was: JsonMap): JsonMap | undefined =>
    now.find((is) => identityOf(is) === identityOf(was) && textOf(is, 'time') === textOf(was, 'time'));
  const taken = new Set(before.map(exact));
  return before.map((was) => {
    const same = exact(was);
    if (same !== undefined) return [was, same];
    const moved = now.find((is) => !taken.has(is) && identityOf(is) === identityOf(was));
    if (moved !== undefined) taken.add(moved);
    return [was, moved];
  });
};
