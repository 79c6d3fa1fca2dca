import { canonical, type Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Ask, type AskedEdit, ask, mostBytes, objectName } from './ask.ts';
import { cleaned, nullIn } from './manifest.ts';
import { at, isList, type Members, textAt } from './raw.ts';

/** Deeper than anything that Kubernetes has, and far from what a stack holds. */
const deepest = 60;
const mostOperations = 200;

/** Reads what a change request says. What people paste with an object but nobody can set is left out of manifests. */
export const readAsk = (json: Json): Result<Ask, string> => {
  const odd = oddIn(json, deepest);
  if (odd !== undefined) return err(`Not understood: ${odd}.`);
  const parsed = ask.safeParse(json);
  if (!parsed.success) {
    const problems = [...new Set(parsed.error.issues.map(({ message }) => message))].slice(0, 5);
    return err(`Not understood: ${problems.join('; ')}.`);
  }
  const edits: AskedEdit[] = [];
  for (const [index, one] of parsed.data.edits.entries()) {
    const settled = settledEdit(one);
    if (!settled.ok) return err(parsed.data.edits.length === 1 ? settled.error : `Edit ${index + 1}: ${settled.error}`);
    edits.push(settled.value);
  }
  const size = new TextEncoder().encode(canonical(asJson({ edits }))).length;
  return size > mostBytes
    ? err(`It is ${Math.ceil(size / 1000)} KB; a request holds at most ${mostBytes / 1000} KB. Split it.`)
    : ok({ edits });
};

/** An ask is JSON, whatever its type says of members that are absent. */
export const asJson = (asked: Ask): Json => ({ edits: asked.edits.map((one) => ({ ...one })) });

/** Looked for before anything else is done with it, and step by step: it may be anything, of any depth. */
const oddIn = (json: Json | undefined, left: number): string | undefined => {
  if (typeof json === 'number' && !Number.isFinite(json)) return 'a number is not finite';
  if (typeof json !== 'object' || json === null) return undefined;
  if (left === 0) return `it is nested more than ${deepest} deep`;
  if (isList(json)) return firstOdd(json, left);
  if (Object.hasOwn(json, '__proto__')) return '"__proto__" is not a key that any object has';
  return firstOdd(Object.values(json), left);
};

const firstOdd = (values: readonly (Json | undefined)[], left: number): string | undefined => {
  for (const value of values) {
    const odd = oddIn(value, left - 1);
    if (odd !== undefined) return odd;
  }
  return undefined;
};

const settledEdit = (one: AskedEdit): Result<AskedEdit, string> => {
  switch (one.do) {
    case 'manifest':
      return settledManifest(one.manifest);
    case 'patch': {
      const problem = isList(one.patch) ? problemOfOperations(one.patch) : undefined;
      return problem === undefined ? ok(one) : err(problem);
    }
    case 'held':
      return isWhole(one)
        ? ok(one)
        : err('A held write has the object as it shall be or how many there are, and a held deletion has neither.');
    case 'delete':
    case 'ingress':
      return ok(one);
  }
};

const isWhole = ({ operation, content, replicas }: Extract<AskedEdit, { do: 'held' }>): boolean => {
  if (replicas !== undefined) return operation === 'update' && content === undefined;
  return (content === undefined) === (operation === 'delete');
};

const settledManifest = (pasted: Members): Result<AskedEdit, string> => {
  const manifest = cleaned(pasted);
  if (at(manifest, 'metadata', 'generateName') !== undefined)
    return err('The manifest has metadata.generateName. Give the object a name: approvers must see which it is.');
  for (const keys of [['apiVersion'], ['kind'], ['metadata', 'name']])
    if ((textAt(manifest, ...keys) ?? '') === '') return err(`The manifest has no ${keys.join('.')}. Write it in.`);
  const name = objectName.safeParse(textAt(manifest, 'metadata', 'name'));
  if (!name.success) return err(`The manifest's metadata.name: ${name.error.issues[0]?.message}.`);
  const where = nullIn(manifest);
  if (where !== undefined)
    return err(
      `The manifest says null at ${where}. To remove something write a patch; to leave it as it is, leave it out.`,
    );
  return ok({ do: 'manifest', manifest });
};

const problemOfOperations = (operations: readonly Json[]): string | undefined => {
  if (operations.length > mostOperations) return `A patch has at most ${mostOperations} operations. Split it.`;
  // A copy of what a copy made doubles it each time.
  return operations.some((operation) => textAt(operation, 'op') === 'copy')
    ? 'The patch has "copy" in it. Write out with "add" what shall be there, so that approvers see it.'
    : undefined;
};
