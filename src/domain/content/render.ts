import type { Json } from '#domain/json.ts';
import { blockOf, quoted, scalar } from './scalar.ts';
import { entriesOf, isList, isMap, type JsonMap } from './tree.ts';

/** Deeper than this, what is left is shown on one line: indentation would otherwise grow with the square of the depth. */
const deepest = 60;
/** YAML's longest key that fits before its colon, in characters; longer ones begin with a question mark. */
const longestKey = 1_000;
const first = ['apiVersion', 'kind', 'metadata'];

/**
 * Lines of YAML for people: keys by code unit, but what an object is comes first; lists in their order. Read by a parser
 * they are the same value again; no line of them can be reordered, hidden or made up by what stands in the value.
 */
export const renderLines = (value: Json): readonly string[] => {
  const lines: string[] = [];
  if (isMap(value) && entriesOf(value).length > 0) writeMap(lines, value, '', '', 0, first);
  else write(lines, value, '', '', 0);
  return lines;
};

export const render = (value: Json): string => `${renderLines(value).join('\n')}\n`;

/** On one line, in the flow style of YAML. */
export const flow = (value: Json): string => {
  if (typeof value === 'string') return quoted(value);
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const members = sorted(value, []).map(([key, member]) => `${quoted(key)}: ${flow(member)}`);
  return `{${members.join(', ')}}`;
};

const sorted = (map: JsonMap, ahead: readonly string[]): readonly (readonly [string, Json])[] => {
  const rank = (key: string): number => (ahead.includes(key) ? ahead.indexOf(key) : ahead.length);
  return entriesOf(map).toSorted(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1));
};

/** `head` is what stands before the value on its first line, `indent` before what it holds on lines of their own. */
const write = (lines: string[], value: Json, head: string, indent: string, depth: number): void => {
  const joined = (text: string): string => (head === '' ? text : `${head} ${text}`);
  if (typeof value === 'string') {
    const block = blockOf(value);
    if (block === undefined) lines.push(joined(scalar(value)));
    else {
      lines.push(joined(block.head));
      for (const line of block.lines) lines.push(line === '' ? '' : `${indent}  ${line}`);
    }
  } else if (value === null || typeof value !== 'object') lines.push(joined(number(value)));
  else if (depth > deepest || isEmpty(value)) lines.push(joined(flow(value)));
  else if (isList(value)) writeList(lines, value, head, indent, depth);
  else writeMap(lines, value, head, indent, depth, []);
};

const isEmpty = (value: readonly Json[] | JsonMap): boolean => (isList(value) ? value : entriesOf(value)).length === 0;

/** YAML 1.1 takes `1e+21` for a text. */
const number = (value: null | boolean | number): string => JSON.stringify(value).replace(/^(-?\d+)e/, '$1.0e');

const isAfterDash = (head: string): boolean => head.endsWith('-');

const writeMap = (
  lines: string[],
  map: JsonMap,
  head: string,
  indent: string,
  depth: number,
  ahead: readonly string[],
): void => {
  // The first key of an item stands beside its dash; below a key everything is on lines of its own.
  let lead = head;
  if (head !== '' && !isAfterDash(head)) lines.push(head);
  const inside = head === '' ? indent : `${indent}  `;
  for (const [key, value] of sorted(map, ahead)) {
    const before = isAfterDash(lead) ? `${lead} ` : inside;
    lead = '';
    const name = scalar(key);
    if (name.length <= longestKey) write(lines, value, `${before}${name}:`, inside, depth + 1);
    else {
      lines.push(`${before}? ${name}`);
      write(lines, value, `${inside}:`, inside, depth + 1);
    }
  }
};

const writeList = (lines: string[], list: readonly Json[], head: string, indent: string, depth: number): void => {
  let lead = head;
  if (head !== '' && !isAfterDash(head)) lines.push(head);
  // As kubectl has it: dashes stand below their key, not further in.
  const inside = isAfterDash(head) ? `${indent}  ` : indent;
  for (const item of list) {
    const before = isAfterDash(lead) ? `${lead} ` : inside;
    lead = '';
    write(lines, item, `${before}-`, inside, depth + 1);
  }
};
