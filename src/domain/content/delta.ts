import type { Json } from '#domain/json.ts';
import type { Path, PathEdit } from './comparison.ts';
import { type By, identify, isLoose, isWhole, type Key, keyAt, keyText } from './keyed.ts';
import { entriesOf, isList, isMap, type JsonMap, memberOf, same } from './tree.ts';

/**
 * What is different between two normalised states, place by place, in a fixed order: applied to `before` it makes exactly
 * `after`. Never a place and one within it. A list is one value, unless its items can be told apart on both sides and those
 * in both are in the same order.
 */
export const deltaOf = (before: Json, after: Json): readonly PathEdit[] => {
  const kind = kindOf(before);
  return [...differences(before, after, { kind: kind === kindOf(after) ? kind : '', path: [] })];
};

type Place = { readonly kind: string; readonly path: Path };

const kindOf = (value: Json): string => {
  const kind = isMap(value) ? memberOf(value, 'kind') : undefined;
  return typeof kind === 'string' ? kind : '';
};

const within = ({ kind, path }: Place, step: Path[number]): Place => ({ kind, path: [...path, step] });

function* differences(before: Json | undefined, after: Json | undefined, place: Place): Generator<PathEdit> {
  if (before === after) return;
  const whole = isWhole(place.kind, place.path);
  if (!whole && isMap(before) && isMap(after) && !isEmptied(before, after, place)) {
    yield* inMaps(before, after, place);
    return;
  }
  if (isLoose(place.path) && (isAdded(before, after) || isAdded(after, before))) {
    yield* inMaps(isMap(before) ? before : {}, isMap(after) ? after : {}, place);
    return;
  }
  if (isList(before) && isList(after)) {
    const key = keyAt(place.kind, place.path);
    const pair = key === undefined ? undefined : pairUp(before, after, key);
    if (pair !== undefined) {
      yield* inLists(pair, place);
      return;
    }
  }
  if (!same(before, after)) yield edit(place.path, before, after);
}

const isFilled = (value: Json | undefined): value is JsonMap => isMap(value) && entriesOf(value).length > 0;
const isAdded = (before: Json | undefined, after: Json | undefined): boolean => before === undefined && isFilled(after);

/** Empty and absent are different to this function, so an empty loose map is a value. Normalised states have none. */
const isEmptied = (before: JsonMap, after: JsonMap, { path }: Place): boolean =>
  isLoose(path) && isFilled(before) !== isFilled(after);

const edit = (path: Path, before: Json | undefined, after: Json | undefined, at?: number): PathEdit => ({
  path,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
  ...(at === undefined ? {} : { at }),
});

function* inMaps(before: JsonMap, after: JsonMap, place: Place): Generator<PathEdit> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  for (const key of keys) yield* differences(memberOf(before, key), memberOf(after, key), within(place, key));
}

type Item = { readonly by: By; readonly at: number; readonly value: Json };
type Items = ReadonlyMap<string, Item>;
type Pair = { readonly before: Items; readonly after: Items };

function* inLists({ before, after }: Pair, place: Place): Generator<PathEdit> {
  for (const [key, { by, at, value }] of before) {
    const kept = after.get(key);
    if (kept === undefined) yield edit([...place.path, { by }], value, undefined, at);
    else yield* differences(value, kept.value, within(place, { by }));
  }
  for (const [key, { by, at, value }] of after)
    if (!before.has(key)) yield edit([...place.path, { by }], undefined, value, at);
}

const pairUp = (before: readonly Json[], after: readonly Json[], key: Key): Pair | undefined => {
  const pair = { before: itemsOf(before, key), after: itemsOf(after, key) };
  const { before: was, after: is } = pair;
  if (was === undefined || is === undefined) return undefined;
  const common = [...was.keys()].filter((name) => is.has(name));
  const order = [...is.keys()].filter((name) => was.has(name));
  return common.every((name, index) => name === order[index]) ? { before: was, after: is } : undefined;
};

/** Undefined when an item has no key, or that of another. */
const itemsOf = (list: readonly Json[], key: Key): Items | undefined => {
  const items = new Map<string, Item>();
  for (const [at, value] of list.entries()) {
    const by = identify(value, key);
    if (by === undefined || items.has(keyText(by))) return undefined;
    items.set(keyText(by), { by, at, value });
  }
  return items;
};
