import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { changeAt, type Pointer, parsePointer, sayPointer, valueAt } from './json-pointer.ts';
import { entriesOf, isJson, isMap, mapOf, same } from './tree.ts';

/** Applies a JSON merge patch (RFC 7386): members of `null` go, maps are merged, everything else is replaced as a whole. */
export const mergePatch = (target: Json, patch: Json): Json => {
  if (!isMap(patch)) return patch;
  const members = new Map(isMap(target) ? entriesOf(target) : []);
  for (const [key, value] of entriesOf(patch)) {
    if (value === null) members.delete(key);
    else members.set(key, mergePatch(members.get(key) ?? null, value));
  }
  return mapOf(members);
};

const pointer = z.string({ error: 'it is missing' }).transform((text, context): Pointer => {
  const parsed = parsePointer(text);
  if (parsed !== undefined) return parsed;
  context.issues.push({
    code: 'custom',
    input: text,
    message: 'it is not a JSON pointer; write it like "/spec/rules/0"',
  });
  return z.NEVER;
});
const value = z.custom<Json>(isJson, 'it is missing or no JSON');

/** Members that an operation does not know are ignored, as RFC 6902 has it. */
const operation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), path: pointer, value }),
  z.object({ op: z.literal('replace'), path: pointer, value }),
  z.object({ op: z.literal('test'), path: pointer, value }),
  z.object({ op: z.literal('remove'), path: pointer }),
  z.object({ op: z.literal('move'), path: pointer, from: pointer }),
  z.object({ op: z.literal('copy'), path: pointer, from: pointer }),
]);
type Operation = z.infer<typeof operation>;

/**
 * Applies a JSON patch (RFC 6902), all of it or nothing; the target stays as it is. `err` says which operation cannot be
 * done and why, for the person who wrote it. Own code, because fast-json-patch 3.1.1 changes what it is given and reads
 * inherited members.
 */
export const jsonPatch = (target: Json, operations: unknown): Result<Json, string> => {
  if (!Array.isArray(operations))
    return err('A JSON patch is a list of operations, like [{"op": "remove", "path": "/a"}].');
  let patched = target;
  for (const [index, candidate] of operations.entries()) {
    const parsed = operation.safeParse(candidate);
    if (!parsed.success) return err(`Operation ${index + 1}: ${sayIssue(parsed.error.issues[0])}.`);
    const result = operate(patched, parsed.data);
    if (!result.ok) return err(`Operation ${index + 1} (${parsed.data.op} ${say(parsed.data.path)}): ${result.error}.`);
    patched = result.value;
  }
  return ok(patched);
};

const sayIssue = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue === undefined || issue.path.length === 0) return 'it is not an operation';
  if (issue.path[0] === 'op') return '"op" has to be add, remove, replace, move, copy or test';
  return `"${String(issue.path[0])}": ${issue.message}`;
};

const say = (pointer: Pointer): string => (pointer.length === 0 ? 'the whole' : sayPointer(pointer));

const operate = (target: Json, one: Operation): Result<Json, string> => {
  switch (one.op) {
    case 'add':
    case 'replace':
      return changeAt(target, one.path, { op: one.op, value: one.value });
    case 'remove':
      return changeAt(target, one.path, { op: 'remove' });
    case 'test':
      return same(valueAt(target, one.path), one.value) ? ok(target) : err('the value there is another');
    case 'move':
    case 'copy': {
      const moved = valueAt(target, one.from);
      if (moved === undefined) return err(`there is nothing at ${say(one.from)}`);
      if (one.op === 'copy') return changeAt(target, one.path, { op: 'add', value: moved });
      if (isWithin(one.path, one.from)) return err(`${say(one.from)} cannot be moved into itself`);
      if (one.path.length === one.from.length && isPrefix(one.from, one.path)) return ok(target);
      const taken = changeAt(target, one.from, { op: 'remove' });
      return taken.ok ? changeAt(taken.value, one.path, { op: 'add', value: moved }) : taken;
    }
  }
};

const isPrefix = (start: Pointer, whole: Pointer): boolean => start.every((token, index) => token === whole[index]);
const isWithin = (inner: Pointer, outer: Pointer): boolean => inner.length > outer.length && isPrefix(outer, inner);
