import type { Json } from '#domain/json.ts';
import { canonical } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';

type Members = { readonly [key: string]: Json | undefined };
const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** JSON merge patch (RFC 7386): maps are merged, `null` removes, everything else is set as a whole. */
export const mergePatch = (target: Json, patch: Json): Json => {
  if (!isMembers(patch)) return patch;
  const merged = new Map<string, Json | undefined>(Object.entries(isMembers(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
};

/** JSON patch (RFC 6902): all operations in their order, or a refusal that names the first that cannot be done. */
export const jsonPatch = (target: Json, operations: Json): Result<Json, string> => {
  if (!isList(operations)) return err('A JSON patch is a list of operations.');
  let current = target;
  for (const [index, operation] of operations.entries()) {
    const next = applied(current, operation);
    if (!next.ok) return err(`Operation ${index + 1} cannot be done: ${next.error}`);
    current = next.value;
  }
  return ok(current);
};

const applied = (target: Json, operation: Json): Result<Json, string> => {
  if (!isMembers(operation)) return err('it is not an object.');
  const { op, path, from, value } = operation;
  const to = wayOf(path);
  if (!to.ok) return to;
  if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined) return err('it has no "value".');
  switch (String(op)) {
    case 'add':
      return put(target, to.value, value ?? null, 'add');
    case 'replace':
      return put(target, to.value, value ?? null, 'replace');
    case 'remove':
      return put(target, to.value, undefined, 'remove');
    case 'test': {
      const there = found(target, to.value);
      return there !== undefined && canonical(there) === canonical(value ?? null)
        ? ok(target)
        : err(`${String(path)} is not as tested.`);
    }
    case 'move':
    case 'copy': {
      const source = wayOf(from);
      if (!source.ok) return source;
      const moved = found(target, source.value);
      if (moved === undefined) return err(`there is nothing at ${String(from)}.`);
      const rest = op === 'move' ? put(target, source.value, undefined, 'remove') : ok(target);
      return rest.ok ? put(rest.value, to.value, moved, 'add') : rest;
    }
  }
  return err('"op" is one of add, remove, replace, move, copy, test.');
};

const wayOf = (pointer: Json | undefined): Result<readonly string[], string> => {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    return err('a path is "" or begins with "/".');
  return ok(
    pointer
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
};

const isIndex = (step: string): boolean => /^(0|[1-9][0-9]{0,8})$/.test(step);

const found = (target: Json, [step, ...rest]: readonly string[]): Json | undefined => {
  if (step === undefined) return target;
  if (isList(target)) {
    const item = isIndex(step) ? target[Number(step)] : undefined;
    return item === undefined ? undefined : found(item, rest);
  }
  const member = isMembers(target) && Object.hasOwn(target, step) ? target[step] : undefined;
  return member === undefined ? undefined : found(member, rest);
};

type How = 'add' | 'replace' | 'remove';

const put = (
  target: Json,
  [step, ...rest]: readonly string[],
  value: Json | undefined,
  how: How,
): Result<Json, string> => {
  if (step === undefined) return value === undefined ? err('the whole cannot be removed.') : ok(value);
  if (isList(target)) return putInList(target, step, rest, value, how);
  if (!isMembers(target)) return err(`there is nothing that could hold "${step}".`);
  const members = new Map(Object.entries(target));
  const there = members.get(step);
  if (there === undefined && (rest.length > 0 || how !== 'add')) return err(`there is no "${step}".`);
  if (rest.length > 0) {
    const inner = put(there ?? null, rest, value, how);
    if (!inner.ok) return inner;
    members.set(step, inner.value);
  } else if (value === undefined) members.delete(step);
  else members.set(step, value);
  return ok(Object.fromEntries(members));
};

const putInList = (
  list: readonly Json[],
  step: string,
  rest: readonly string[],
  value: Json | undefined,
  how: How,
): Result<Json, string> => {
  if (step === '-' && rest.length === 0 && how === 'add' && value !== undefined) return ok([...list, value]);
  const index = isIndex(step) ? Number(step) : Number.POSITIVE_INFINITY;
  const last = rest.length === 0 && how === 'add' ? list.length : list.length - 1;
  if (index > last) return err(`there is no item "${step}".`);
  if (rest.length > 0) {
    const inner = put(list[index] ?? null, rest, value, how);
    return inner.ok ? ok(list.with(index, inner.value)) : inner;
  }
  if (value === undefined) return ok(list.toSpliced(index, 1));
  return ok(how === 'add' ? list.toSpliced(index, 0, value) : list.with(index, value));
};
