/** Changes genuine inputs: their bytes, their words, and, where they are JSON, their structure. */
import type { Json } from '#domain/json.ts';
import { hostile } from './hostile-json.ts';
import type { Seeded } from './seeded.ts';
import type { Input } from './target.ts';

export type Vocabulary = {
  readonly words: readonly string[];
  /** Inputs whose parts are put into others. */
  readonly pool: readonly Input[];
};

const encoder = new TextEncoder();
const lenient = new TextDecoder();

/** What parsers trip over, whatever they parse. */
const snippets = [
  '',
  '\u0000',
  '\ud800',
  '\ufeff',
  '\u202e',
  '\u2028',
  '\r\n',
  '\n',
  '"',
  "'",
  '`',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '&amp;',
  '&',
  '*',
  '&a ',
  '*a',
  '!!js/function ',
  '<<: ',
  '---\n',
  '...\n',
  '| \n',
  '%25',
  '%00',
  '%',
  '../',
  '//',
  '?',
  '#',
  '=',
  ',',
  ';',
  ':',
  ' ',
  '\t',
  '-',
  '--',
  '0',
  '-0',
  '1e999',
  '9007199254740993',
  '99999999999999999999',
  '-1',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '<@U0BOB>',
  '<!channel>',
  'P1Y',
  '+275760-09-13T00:00:00Z',
  '2026-11-27T12:00:00Z',
  '١٢',
  'ﬁ',
  'İ',
  '😀',
] as const;

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

/** A word of the target, a snippet, or now and then a long row of one. */
const wordOf = ({ words }: Vocabulary, random: Seeded): string => {
  const word = random.onceIn(2) ? words[random.below(words.length)] : undefined;
  const chosen = word ?? random.pick(snippets);
  return random.onceIn(60) ? chosen.repeat(random.below(3_000)) : chosen;
};

/** Some part of some value, small or large. */
const partOf = (value: Json, random: Seeded): Json => {
  if (typeof value !== 'object' || value === null || random.onceIn(4)) return value;
  const parts = Object.values(value) as readonly Json[];
  const part = parts[random.below(Math.max(1, parts.length))];
  return part === undefined ? value : partOf(part, random);
};

const anything = (from: Vocabulary, random: Seeded): Json => {
  if (random.onceIn(3)) return hostile(random);
  if (random.onceIn(2)) return wordOf(from, random);
  const other = from.pool[random.below(from.pool.length)];
  const value = other === undefined || other.bytes.length > 100_000 ? undefined : parsed(lenient.decode(other.bytes));
  return value === undefined ? hostile(random) : partOf(value, random);
};

const changedText = (text: string, from: Vocabulary, random: Seeded): Json => {
  // Texts in texts: bodies, forms, and what is kept of an object.
  const inner = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  if (inner !== undefined && !random.onceIn(4)) return JSON.stringify(changedValue(inner, from, random));
  if (random.onceIn(3)) return anything(from, random);
  return changedWords(text, from, random);
};

/** Changes one place of a value. */
const changedValue = (value: Json, from: Vocabulary, random: Seeded): Json => {
  if (random.onceIn(12)) return anything(from, random);
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    if (items.length === 0 || random.onceIn(6)) return [...items, anything(from, random)];
    const at = random.below(items.length);
    if (random.onceIn(8)) return items.filter((_, index) => index !== at);
    if (random.onceIn(8)) return [...items, ...items.slice(at)];
    return items.map((item, index) => (index === at ? changedValue(item, from, random) : item));
  }
  if (isObject(value)) {
    const members = Object.entries(value);
    const at = random.below(Math.max(1, members.length));
    if (members.length === 0 || random.onceIn(8))
      return Object.fromEntries([...members, [wordOf(from, random), anything(from, random)]]);
    if (random.onceIn(8)) return Object.fromEntries(members.filter((_, index) => index !== at));
    if (random.onceIn(12))
      return Object.fromEntries(
        members.map(([key, member], index) => [index === at ? wordOf(from, random) : key, member]),
      );
    // One member's value for another's: the right build, and the wrong place.
    const other = members[random.below(members.length)]?.[1];
    if (random.onceIn(10) && other !== undefined)
      return Object.fromEntries(members.map(([key, member], index) => [key, index === at ? other : member]));
    return Object.fromEntries(
      members.map(([key, member], index) => [key, index === at ? changedValue(member, from, random) : member]),
    );
  }
  if (typeof value === 'string') return changedText(value, from, random);
  return random.onceIn(3) ? anything(from, random) : hostile(random);
};

/** Words and what stands between them: one is left out, said twice, moved, or is another one. */
const changedWords = (text: string, from: Vocabulary, random: Seeded): string => {
  const tokens = text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
  const at = random.below(tokens.length + 1);
  const other = random.below(tokens.length + 1);
  switch (random.below(6)) {
    case 0:
      return tokens.toSpliced(at, 1).join('');
    case 1:
      return tokens.toSpliced(at, 0, tokens.slice(other, other + random.below(6)).join('')).join('');
    case 2:
      return tokens.toSpliced(at, 0, wordOf(from, random)).join('');
    case 3:
      return tokens.toSpliced(Math.min(at, other), Math.abs(at - other)).join('');
    default:
      return tokens.toSpliced(at, 1, wordOf(from, random)).join('');
  }
};

/** Lines, as YAML and logs have them: the same with their indentation. */
const changedLines = (text: string, from: Vocabulary, random: Seeded): string => {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  const line = lines[at] ?? '';
  const another = from.pool[random.below(from.pool.length)];
  switch (random.below(7)) {
    case 0:
      return lines.toSpliced(at, 1).join('\n');
    case 1:
      return lines.toSpliced(at, 0, line).join('\n');
    case 2:
      return lines.toSpliced(at, 1, `${' '.repeat(random.below(8))}${line.trimStart()}`).join('\n');
    case 3:
      return lines.toSpliced(at, 1, lines[random.below(lines.length)] ?? '').join('\n');
    case 4: {
      const theirs = another === undefined ? [] : lenient.decode(another.bytes.subarray(0, 20_000)).split('\n');
      const start = random.below(theirs.length + 1);
      return lines.toSpliced(at, 0, ...theirs.slice(start, start + 1 + random.below(8))).join('\n');
    }
    case 5:
      return lines
        .toSpliced(
          at,
          1,
          line.replace(/:.*$/, () => `: ${wordOf(from, random)}`),
        )
        .join('\n');
    default:
      return lines.toSpliced(at, 1, changedWords(line, from, random)).join('\n');
  }
};

const changedBytes = (bytes: Uint8Array, from: Vocabulary, random: Seeded): Uint8Array => {
  const at = random.below(bytes.length + 1);
  const some = random.below(40);
  const parts = (...given: readonly Uint8Array[]): Uint8Array => Buffer.concat(given);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  const another = from.pool[random.below(from.pool.length)]?.bytes ?? bytes;
  switch (random.below(7)) {
    case 0:
      return head;
    case 1:
      return parts(head, tail.subarray(some));
    case 2:
      return parts(head, bytes.subarray(random.below(bytes.length + 1)).subarray(0, some), tail);
    case 3:
      return parts(head, another.subarray(random.below(another.length + 1)));
    case 4:
      return parts(head, encoder.encode(wordOf(from, random)), tail);
    case 5:
      return parts(encoder.encode(random.pick(snippets)), bytes);
    default: {
      const turned = Buffer.from(bytes);
      for (let left = random.below(6); left >= 0 && turned.length > 0; left -= 1)
        turned[random.below(turned.length)] = random.below(256);
      return turned;
    }
  }
};

/** Past that a text is changed as bytes: its parts are no longer looked at one by one. */
const readable = 200_000;

/** Another input, mostly one change away, and further now and then. */
export const mutate = (input: Input, from: Vocabulary, random: Seeded): Input => {
  let { bytes } = input;
  for (let times = 1 + random.below(4); times > 0; times -= 1) bytes = once(bytes, from, random);
  return { sort: input.sort, bytes };
};

const once = (bytes: Uint8Array, from: Vocabulary, random: Seeded): Uint8Array => {
  if (random.onceIn(8) || bytes.length > readable) return changedBytes(bytes, from, random);
  const text = lenient.decode(bytes);
  const value = random.onceIn(12) ? undefined : parsed(text);
  if (value !== undefined && typeof value === 'object')
    return encoder.encode(JSON.stringify(changedValue(value, from, random)) ?? 'null');
  return encoder.encode(
    text.includes('\n') && !random.onceIn(3) ? changedLines(text, from, random) : changedWords(text, from, random),
  );
};
