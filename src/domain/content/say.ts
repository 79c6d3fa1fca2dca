import type { Json } from '#domain/json.ts';
import { cut } from '#domain/text.ts';
import type { Path, PathEdit } from './comparison.ts';
import { flow } from './render.ts';
import { isVisible, quoted, scalar } from './scalar.ts';

/** Characters that a value has on a card. */
const longest = 200;

/** Says a place as people do: `spec.rules[host=shop.acme.test].http.paths[path=/x,pathType=Prefix]`. */
export const sayPath = (path: Path): string =>
  path.map((step, index) => (typeof step === 'string' ? sayKey(step, index) : sayItem(step.by))).join('');

const sayKey = (key: string, index: number): string => {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `[${quoted(key)}]`;
  return index === 0 ? key : `.${key}`;
};

/** An item may be the one that lacks what tells the others apart, such as the rule for all hosts. */
const sayItem = (by: Readonly<Record<string, string>>): string => {
  const fields = Object.entries(by).map(
    ([name, value]) =>
      `${name}=${/[\s,="[\]]/.test(value) || value === '' || !isVisible(value) ? quoted(value) : value}`,
  );
  return `[${fields.length === 0 ? 'without key' : fields.join(',')}]`;
};

const mostPlaces = 10;
/** Characters of one place: a path of an Ingress may be endless. */
const longestPlace = 400;

/** Says where edits are, at most ten of them, and behind these `and 3 more`; a whole object has no place. */
export const sayPlaces = (edits: readonly Pick<PathEdit, 'path'>[]): readonly string[] => {
  const within = edits.filter(({ path }) => path.length > 0);
  const more = within.length - mostPlaces;
  return [
    ...within.slice(0, mostPlaces).map(({ path }) => cut(sayPath(path), longestPlace)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
};

/** Divides what `sayPlaces` said into the first so many, and how many are left. */
export const firstPlaces = (
  places: readonly string[],
  most: number,
): { readonly first: readonly string[]; readonly left: number } => {
  // No place has a space outside of quotes and brackets.
  const counted = Number(/^and (\d+) more$/.exec(places.at(-1) ?? '')?.[1] ?? 0);
  const named = counted === 0 ? places : places.slice(0, -1);
  return { first: named.slice(0, most), left: Math.max(0, named.length - most) + counted };
};

/**
 * Says what stands at a place, on one line of visible characters, cut to two hundred of them. Nothing that is in a Secret is
 * said, whatever the place. Texts that could be taken for something else are quoted, so that none can pass for absence.
 */
export const sayValue = (value: Json | undefined, kind: string): string => {
  if (value === undefined) return '(nothing)';
  if (kind === 'Secret') return '(hidden)';
  if (typeof value !== 'string') return cut(flow(value), longest);
  // Cut first: escaping all of a megabyte would be in vain.
  return cut(scalar(value.slice(0, 2 * longest)), longest);
};
