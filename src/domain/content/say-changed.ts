import type { Json } from '#domain/json.ts';
import { cut } from '#domain/text.ts';
import type { Path, PathEdit } from './comparison.ts';
import { sayPath, sayValue } from './say.ts';
import { isList, isMap } from './tree.ts';

/** Where traffic goes: all of it is on the cards of changes, and says nothing that is kept from anybody. */
const open = new Set(['Ingress', 'NetworkPolicy', 'Service', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'Gateway']);

const longest = { path: 200, value: 100 } as const;

/**
 * What one place was and is, for people who were given no right to read the object: settings of programs, which may be
 * secrets, are told by their length alone.
 */
export const sayChanged = (
  { path, before, after }: PathEdit,
  kind: string,
): { readonly path: string; readonly before: string; readonly now: string } => {
  const say = (value: Json | undefined): string => cut(sayBriefly(value, kind, path), longest.value);
  return { path: cut(sayPath(path), longest.path), before: say(before), now: say(after) };
};

const sayBriefly = (value: Json | undefined, kind: string, path: Path): string => {
  if (value === undefined || kind === 'Secret' || open.has(kind)) return sayValue(value, kind);
  if (isMap(value)) return `(${counted(Object.keys(value).length, 'field')})`;
  if (isList(value)) return `(${counted(value.length, 'item')})`;
  if (!isSetting(kind, path)) return sayValue(value, kind);
  return `(hidden, ${counted(String(value).length, 'character')})`;
};

const isSetting = (kind: string, path: Path): boolean =>
  path.some((step) => step === 'env' || step === 'args' || step === 'command' || step === 'annotations') ||
  (kind === 'ConfigMap' && (path[0] === 'data' || path[0] === 'binaryData'));

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
