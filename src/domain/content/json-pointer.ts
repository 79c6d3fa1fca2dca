import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { entriesOf, isList, isMap, mapOf, memberOf } from './tree.ts';

/** A way into JSON by RFC 6901: keys of maps, and indices of lists as text. */
export type Pointer = readonly string[];

/** Undefined for what is no pointer. */
export const parsePointer = (text: string): Pointer | undefined => {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
};

export const sayPointer = (pointer: Pointer): string =>
  pointer.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** An index of RFC 6901 has no leading zeros; `-` is the place after the last item. */
const indexOf = (token: string, list: readonly Json[]): number | undefined => {
  if (token === '-') return list.length;
  return /^(?:0|[1-9]\d{0,8})$/.test(token) && Number(token) <= list.length ? Number(token) : undefined;
};

const childOf = (value: Json, token: string): Json | undefined => {
  if (isMap(value)) return memberOf(value, token);
  const index = isList(value) ? indexOf(token, value) : undefined;
  return isList(value) && index !== undefined ? value[index] : undefined;
};

export const valueAt = (target: Json, pointer: Pointer): Json | undefined =>
  pointer.reduce<Json | undefined>((at, token) => (at === undefined ? at : childOf(at, token)), target);

/** A place to put something: `add` makes room in a list, `replace` and `remove` are of what is there. */
export type Change = { readonly op: 'add' | 'replace'; readonly value: Json } | { readonly op: 'remove' };

/** The target with one place changed; the target itself stays as it is. `err` says in what way the place is not there. */
export const changeAt = (target: Json, pointer: Pointer, change: Change, depth = 0): Result<Json, string> => {
  const token = pointer[depth];
  if (token === undefined) return change.op === 'remove' ? err('the whole cannot be removed') : ok(change.value);
  if (depth === pointer.length - 1) return changeChild(target, token, change, sayPointer(pointer));
  const child = childOf(target, token);
  if (child === undefined) return err(`there is nothing at ${sayPointer(pointer.slice(0, depth + 1))}`);
  const changed = changeAt(child, pointer, change, depth + 1);
  return changed.ok ? changeChild(target, token, { op: 'replace', value: changed.value }, '') : changed;
};

const changeChild = (parent: Json, token: string, change: Change, place: string): Result<Json, string> => {
  if (!isMap(parent) && !isList(parent)) return err(`there is neither a map nor a list for ${place} to be in`);
  if (change.op !== 'add' && childOf(parent, token) === undefined) return err(`there is nothing at ${place}`);
  if (isMap(parent)) {
    const members = new Map(entriesOf(parent));
    if (change.op === 'remove') members.delete(token);
    else members.set(token, change.value);
    return ok(mapOf(members));
  }
  const index = indexOf(token, parent);
  if (index === undefined) return err(`${place} is not a place in a list of ${parent.length}`);
  const items = change.op === 'remove' ? [] : [change.value];
  return ok(parent.toSpliced(index, change.op === 'add' ? 0 : 1, ...items));
};
