import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Path, PathEdit } from './comparison.ts';
import { type By, identify, isLoose, keyAt, keyFields, keyText } from './keyed.ts';
import { asManifest, entriesOf, isList, isMap, mapOf, same } from './tree.ts';

/** A place that is neither as it was before nor as it was made: somebody else changed it. Absent `now`: it is not there. */
export type MoveConflict = { readonly edit: PathEdit; readonly now?: Json };

export type Moved = {
  readonly content: Manifest;
  /** Places that were changed. */
  readonly moved: number;
  /** Places that were where they should be already. */
  readonly already: number;
  readonly conflicts: readonly MoveConflict[];
};

/**
 * Takes edits back from a live object, or applies what is still missing of them: three-way, place by place, on the live
 * object itself, so that whatever else is in it stays. What somebody else changed at the same place is left alone and
 * reported; `force` overwrites it, and makes anew what it stood in.
 *
 * Edits of whole objects (an empty path) are faults here: those are created and deleted.
 */
export const moveEdits = (
  live: Manifest,
  edits: readonly PathEdit[],
  way: 'back' | 'forth',
  { force = false }: { readonly force?: boolean } = {},
): Moved => {
  const run: Run = { kind: live.kind, way, force, moved: 0, already: 0, conflicts: new Map() };
  const content = move(live, treeOf(edits), [], run);
  if (run.moved + run.already + run.conflicts.size !== edits.length || content === undefined)
    throw new TypeError('Edits of one object are of different places within it.');
  return {
    content: asManifest(content),
    moved: run.moved,
    already: run.already,
    conflicts: edits.flatMap((edit) => run.conflicts.get(edit) ?? []),
  };
};

type Run = {
  readonly kind: string;
  readonly way: 'back' | 'forth';
  readonly force: boolean;
  readonly conflicts: Map<PathEdit, MoveConflict>;
  moved: number;
  already: number;
};

/** Edits by the way to them, so that an object is walked once however many they are. */
type Tree = {
  edit?: PathEdit;
  readonly members: Map<string, Tree>;
  readonly items: Map<string, { readonly by: By; readonly tree: Tree }>;
};

const newTree = (): Tree => ({ members: new Map(), items: new Map() });

const treeOf = (edits: readonly PathEdit[]): Tree => {
  const root = newTree();
  for (const edit of edits) {
    let at = root;
    for (const step of edit.path) at = branch(at, step);
    at.edit = edit;
  }
  return root;
};

const branch = ({ members, items }: Tree, step: Path[number]): Tree => {
  if (typeof step === 'string') {
    const tree = members.get(step) ?? newTree();
    members.set(step, tree);
    return tree;
  }
  const key = keyText(step.by);
  const item = items.get(key) ?? { by: step.by, tree: newTree() };
  items.set(key, item);
  return item.tree;
};

const move = (value: Json | undefined, tree: Tree, path: Path, run: Run): Json | undefined => {
  if (tree.edit !== undefined) return settle(value, tree.edit, run);
  return tree.items.size > 0 ? moveItems(value, tree, path, run) : moveMembers(value, tree, path, run);
};

const goalOf = ({ before, after }: PathEdit, { way }: Run): Json | undefined => (way === 'back' ? before : after);

/** The live value of one place, moved if nobody else did. */
const settle = (value: Json | undefined, edit: PathEdit, run: Run): Json | undefined => {
  const goal = goalOf(edit, run);
  if (same(value, goal)) run.already += 1;
  else if (run.force || same(value, run.way === 'back' ? edit.after : edit.before)) run.moved += 1;
  else run.conflicts.set(edit, { edit, ...(value === undefined ? {} : { now: value }) });
  return run.conflicts.has(edit) ? value : goal;
};

const editsOf = ({ edit, members, items }: Tree): readonly PathEdit[] => [
  ...(edit === undefined ? [] : [edit]),
  ...[...members.values()].flatMap(editsOf),
  ...[...items.values()].flatMap(({ tree }) => editsOf(tree)),
];

/** What the edits stood in is not there any more: what they should take away is gone, what they should put has no place. */
const refuse = (tree: Tree, run: Run): void => {
  for (const edit of editsOf(tree)) {
    if (goalOf(edit, run) === undefined) run.already += 1;
    else run.conflicts.set(edit, { edit });
  }
};

const mayMakeAnew = (tree: Tree, run: Run): boolean =>
  run.force && editsOf(tree).some((edit) => goalOf(edit, run) !== undefined);

const moveMembers = (value: Json | undefined, tree: Tree, path: Path, run: Run): Json | undefined => {
  const isThere = isMap(value);
  if (!isThere && !(value === undefined && isLoose(path)) && !mayMakeAnew(tree, run)) {
    refuse(tree, run);
    return value;
  }
  const members = new Map(isThere ? entriesOf(value) : []);
  const count = members.size;
  for (const [name, branch] of tree.members) {
    const member = move(members.get(name), branch, [...path, name], run);
    if (member === undefined) members.delete(name);
    else members.set(name, member);
  }
  // Empty only because of what was taken out, or still not there: as good as absent.
  const isLeftOver = members.size === 0 && isLoose(path) && (count > 0 || !isThere);
  return isLeftOver ? undefined : mapOf(members);
};

const moveItems = (value: Json | undefined, tree: Tree, path: Path, run: Run): Json | undefined => {
  const key = keyAt(run.kind, path);
  if (key === undefined) {
    // Told apart by a rule that this version does not have: whether they are there cannot be said.
    for (const edit of editsOf(tree)) run.conflicts.set(edit, { edit, now: value ?? null });
    return value;
  }
  if (!(isList(value) || mayMakeAnew(tree, run))) {
    refuse(tree, run);
    return value;
  }
  const list: readonly (Json | undefined)[] = isList(value) ? value : [];
  const places = Map.groupBy(list.keys(), (index) => keyText(identify(list[index], key) ?? { '': String(index) }));
  const kept = [...list];
  const back: { readonly at: number; readonly item: Json }[] = [];
  for (const [name, { by, tree: branch }] of tree.items) {
    const [index, ...others] = places.get(name) ?? [];
    if (others.length > 0 && !run.force) {
      for (const edit of editsOf(branch)) run.conflicts.set(edit, { edit, now: value ?? null });
      continue;
    }
    const item = move(index === undefined ? undefined : list[index], branch, [...path, { by }], run);
    if (index !== undefined) kept[index] = item;
    else if (item !== undefined) back.push(placed(item, branch, keyFields(by, key), list.length));
  }
  const items = kept.filter((item) => item !== undefined);
  for (const { at, item } of back.toSorted((one, other) => one.at - other.at))
    items.splice(Math.min(at, items.length), 0, item);
  return items;
};

/** Where an item goes that is not there; one that is made anew around a place within it gets the fields that identify it. */
const placed = (item: Json, { edit }: Tree, fields: readonly (readonly [string, Json])[], end: number) =>
  edit === undefined && isMap(item)
    ? { at: end, item: mapOf([...fields, ...entriesOf(item)]) }
    : { at: edit?.at ?? end, item };
