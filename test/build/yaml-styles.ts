import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Json } from '#domain/json.ts';

/** One of the many ways to write the same value as YAML, or as JSON. */
export type YamlStyle = {
  readonly form: 'json' | 'yaml';
  readonly shuffle: number;
  readonly isShared: boolean;
  readonly isMerged: boolean;
  readonly isCrlf: boolean;
  readonly hasBom: boolean;
  readonly text: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';
  readonly key: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE';
  readonly collections: 'any' | 'block' | 'flow';
  readonly indent: number;
  readonly indentSeq: boolean;
  readonly lineWidth: number;
};

export const anyStyle: fc.Arbitrary<YamlStyle> = fc.record({
  form: fc.constantFrom('yaml', 'yaml', 'yaml', 'json'),
  shuffle: fc.integer({ min: 1, max: 2 ** 31 }),
  isShared: fc.boolean(),
  isMerged: fc.boolean(),
  isCrlf: fc.boolean(),
  hasBom: fc.boolean(),
  text: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
  key: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  collections: fc.constantFrom('any', 'block', 'flow'),
  indent: fc.integer({ min: 1, max: 8 }),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 80),
});

export const writeYaml = (value: Json, style: YamlStyle): string => {
  const random = numbers(style.shuffle);
  const shuffled = shuffledIn(value, random);
  const text = style.form === 'json' ? JSON.stringify(shuffled, null, '\t') : writeAs(shuffled, style);
  return `${style.hasBom ? '\ufeff' : ''}${style.isCrlf ? text.replaceAll('\n', '\r\n') : text}`;
};

const writeAs = (value: Json, style: YamlStyle): string => {
  const merged = style.isMerged ? mergedIn(value) : value;
  const written = stringify(style.isShared ? sharedIn(merged, new Map()) : merged, {
    version: '1.1',
    defaultStringType: style.text,
    defaultKeyType: style.key,
    collectionStyle: style.collections,
    indent: style.indent,
    indentSeq: style.indentSeq,
    lineWidth: style.lineWidth,
  });
  return written.replace(/(["'])<<\1(?=:)/g, '<<');
};

type Members = { readonly [key: string]: Json | undefined };
const isMap = (value: Json): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const mapped = (value: Json, change: (inner: Json) => Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => change(item));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner ?? null)]));
};

const shuffledIn = (value: Json, random: () => number): Json => {
  const inner = mapped(value, (one) => shuffledIn(one, random));
  if (!isMap(inner)) return inner;
  const keys = Object.keys(inner).map((key) => ({ key, at: random() }));
  return Object.fromEntries(keys.sort((one, other) => one.at - other.at).map(({ key }) => [key, inner[key] ?? null]));
};

/** The first key of each map is brought by a merge key. */
const mergedIn = (value: Json): Json => {
  const inner = mapped(value, mergedIn);
  if (!isMap(inner)) return inner;
  const [first, ...rest] = Object.entries(inner);
  return first === undefined ? inner : { '<<': Object.fromEntries([first]), ...Object.fromEntries(rest) };
};

/** What is the same becomes one: the second time it is written as an alias. */
const sharedIn = (value: Json, seen: Map<string, Json>): Json => {
  const inner = mapped(value, (one) => sharedIn(one, seen));
  if (typeof inner !== 'object' || inner === null) return inner;
  const text = JSON.stringify(inner);
  const same = seen.get(text);
  if (same !== undefined) return same;
  seen.set(text, inner);
  return inner;
};

/** Numbers from 0 to 1 that a seed alone decides. */
const numbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
