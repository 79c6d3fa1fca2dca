import { type Alias, isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import type { Json } from '#domain/json.ts';
import { cut, oneLine } from '#domain/text.ts';
import { isMergeKey, mergeInto, type Offsets, type Unfinished } from './manifest-merge.ts';

/** What is wrong, at an offset into the text. Says no value of the file: it may be a Secret's. */
export type Wrong = { readonly offset: number; readonly message: string };

/** Values of a file, and where each key and each item of a list stands in its text. */
export type Nodes = {
  readonly read: (node: ParsedNode | null) => Json;
  readonly offsetOf: (container: Json, step: string | number) => number | undefined;
  readonly problems: readonly Wrong[];
};

const deepest = 100;
/** Values that aliases may stand for, all together. */
const mostAliased = 100_000;
const plainTags = new Set(['map', 'seq', 'str', 'null', 'bool', 'int'].map((tag) => `tag:yaml.org,2002:${tag}`));
/** Numbers to Go's `strconv.ParseInt`, and so to kubectl, that are texts here. */
const goNumber = /^[-+]?0(?:[xX][0-9a-fA-F_]+|[bB][01_]+|[oO][0-7_]+)$/;

/** Undefined as long as it is read: an alias in it would lead into itself. */
type Anchored = { read: { readonly value: Json; readonly size: number } | undefined };
type State = {
  readonly anchors: Map<string, Anchored>;
  readonly offsets: WeakMap<object, Offsets>;
  readonly problems: Wrong[];
  /** Values so far, with what aliases stand for. */
  size: number;
  aliased: number;
};

/** Makes raw JSON of the nodes of one document, as kubectl does; what programs read differently is a problem. */
export const readNodes = (): Nodes => {
  const state: State = { anchors: new Map(), offsets: new WeakMap(), problems: [], size: 0, aliased: 0 };
  return {
    read: (node) => jsonOf(state, node, deepest),
    offsetOf: (container, step) =>
      typeof container === 'object' && container !== null ? state.offsets.get(container)?.get(step) : undefined,
    problems: state.problems,
  };
};

const refuse = ({ problems }: State, { range }: ParsedNode, message: string): null => {
  problems.push({ offset: range[0], message });
  return null;
};

const jsonOf = (state: State, node: ParsedNode | null, left: number): Json => {
  state.size += 1;
  if (node === null) return null;
  if (isAlias(node)) return aliased(state, node);
  if (left === 0) return refuse(state, node, `it is nested more than ${deepest} deep.`);
  if (node.tag !== undefined && !plainTags.has(node.tag))
    return refuse(state, node, 'this tag ("!…") is not known. Leave it out, and write the value as it is meant.');
  const before = state.size;
  // The last one that begins before an alias is what that means, though another of its name may end later.
  const anchored: Anchored = { read: undefined };
  if (node.anchor !== undefined) state.anchors.set(node.anchor, anchored);
  const value = contentOf(state, node, left);
  anchored.read = { value, size: state.size - before + 1 };
  return value;
};

const contentOf = (state: State, node: Exclude<ParsedNode, Alias.Parsed>, left: number): Json => {
  if (isMap(node)) return mapOf(state, node, left);
  if (isSeq(node)) {
    const offsets: Offsets = new Map();
    const items = node.items.map((item, index) => {
      offsets.set(index, item.range[0]);
      return jsonOf(state, item, left - 1);
    });
    state.offsets.set(items, offsets);
    return items;
  }
  const { value, type, source } = node;
  if (type === 'PLAIN' && typeof value === 'string' && goNumber.test(source))
    return refuse(state, node, 'this is a number to some programs. Write it in base 10, or quote it if it is a text.');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return refuse(state, node, 'this is no value that JSON has. Quote it if it is a text.');
};

const aliased = (state: State, node: Alias.Parsed): Json => {
  const found = state.anchors.get(node.source);
  if (found === undefined)
    return refuse(
      state,
      node,
      'this alias ("*…") leads to no anchor before it. Write it out, or quote it if it is a text.',
    );
  if (found.read === undefined) return refuse(state, node, 'this alias ("*…") leads into itself. Write it out.');
  const { value, size } = found.read;
  state.size += size;
  state.aliased += size;
  if (state.aliased <= mostAliased) return value;
  const isFirst = state.aliased - size <= mostAliased;
  return isFirst
    ? refuse(state, node, `aliases ("*…") stand for more than ${mostAliased} values. Write them out.`)
    : null;
};

const mapOf = (state: State, node: YAMLMap.Parsed, left: number): Json => {
  const map: Unfinished = { members: new Map(), offsets: new Map(), merged: new Set() };
  let isMerged = false;
  for (const { key, value } of node.items) {
    if (isMergeKey(key)) {
      if (isMerged) refuse(state, key, 'the key "<<" is there twice. Write one, with a list.');
      isMerged = true;
      const offsetOf = (from: object, name: string) => state.offsets.get(from)?.get(name) ?? key.range[0];
      for (const wrong of mergeInto(map, jsonOf(state, value, left - 1), offsetOf)) refuse(state, key, wrong);
      continue;
    }
    const name = keyOf(state, key);
    if (name === undefined) continue;
    if (map.members.has(name) && !map.merged.delete(name))
      refuse(state, key, `the key "${cut(oneLine(name), 80)}" is there twice. Keep one.`);
    map.offsets.set(name, key.range[0]);
    map.members.set(name, jsonOf(state, value, left - 1));
  }
  const made = Object.fromEntries(map.members);
  state.offsets.set(made, map.offsets);
  return made;
};

const keyOf = (state: State, key: ParsedNode): string | undefined => {
  const value = isScalar(key) || isAlias(key) ? jsonOf(state, key, 1) : undefined;
  if (value !== undefined && value !== null && typeof value !== 'object') return String(value);
  refuse(
    state,
    key,
    'this is no key that JSON has. Write a plain text; what stands in "{{ }}" has to be rendered first.',
  );
  return undefined;
};
