/** Makes one place of an input large, to see how the time that it takes grows. */
import type { Json } from '#domain/json.ts';
import type { Seeded } from './seeded.ts';
import type { Input } from './target.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Rows of what has made readers go back and forth, and of what is let through as it is. */
const rows = [
  'a',
  ' ',
  '0',
  'a ',
  '\n',
  '-',
  '<',
  '&',
  '*',
  '_',
  '`',
  '\\',
  '"',
  '(',
  '[',
  '{',
  '{{',
  '/',
  '.',
  '=',
  ',',
  ':',
  '~1',
  '<@U',
  '😀',
  '\u0301',
  'a,a ',
  'a=b,',
  '@',
  '%25',
  '!',
] as const;

type Growing = { readonly about: string; readonly of: (size: number) => Input };

const repeated = (text: string, size: number): string => text.repeat(Math.ceil(size / text.length));

/** Levels down to which places are looked for. */
const deepest = 40;

const placesIn = (value: Json, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] => {
  if (typeof value === 'string' && /^\s*[[{]/.test(value)) {
    try {
      return [path, ...placesIn(JSON.parse(value) as Json, [...path, '"'])];
    } catch {
      return [path];
    }
  }
  if (typeof value !== 'object' || value === null || path.length > deepest) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, member]) => placesIn(member as Json, [...path, key]))];
};

/** The value with another one at that place; `"` in a path goes on in the JSON of a text. */
const withAt = (value: Json, [key, ...rest]: readonly (string | number)[], change: (was: Json) => Json): Json => {
  if (key === undefined) return change(value);
  if (key === '"') return JSON.stringify(withAt(JSON.parse(String(value)) as Json, rest, change));
  if (Array.isArray(value))
    return value.map((item, index) => (index === key ? withAt(item as Json, rest, change) : (item as Json)));
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).map(([name, member]) => [
      name,
      name === key ? withAt(member, rest, change) : member,
    ]),
  );
};

const sized = (was: Json, how: number, row: string, size: number): Json => {
  switch (how) {
    case 0:
      return Array.from({ length: Math.max(1, Math.floor(size / (JSON.stringify(was).length + 1))) }, () => was);
    case 1:
      return Object.fromEntries(
        Array.from({ length: Math.max(1, Math.floor(size / 20)) }, (_, index) => [
          `key-${index}`,
          was === null ? 1 : 'x',
        ]),
      );
    case 2:
      return typeof was === 'object' && was !== null && !Array.isArray(was)
        ? {
            ...(was as Record<string, Json>),
            ...Object.fromEntries(
              Array.from({ length: Math.max(1, Math.floor(size / 20)) }, (_, index) => [`key-${index}`, 'x']),
            ),
          }
        : repeated(String(was) || 'a', size);
    case 3:
      return Array.from({ length: Math.max(1, Math.floor(size / 16)) }, (_, index) =>
        typeof was === 'string' ? `${was}${index}` : index,
      );
    default:
      return typeof was === 'string' && how % 2 === 0 ? was + repeated(row, size) : repeated(row, size);
  }
};

/** One way in which an input can grow. */
export const growing = (input: Input, random: Seeded): Growing => {
  const text = decoder.decode(input.bytes);
  const row = random.pick(rows);
  const how = random.below(9);
  const at = random.below(text.length + 1);
  let value: Json | undefined;
  try {
    value = JSON.parse(text) as Json;
  } catch {}
  if (value !== undefined && typeof value === 'object' && value !== null && !random.onceIn(8)) {
    const whole = value;
    const places = placesIn(whole);
    const place = places[random.below(places.length)] ?? [];
    return {
      about: `${place.join('.')} grown by way ${how} of ${JSON.stringify(row)}`,
      of: (size) => ({
        sort: input.sort,
        bytes: encoder.encode(JSON.stringify(withAt(whole, place, (was) => sized(was, how, row, size)))),
      }),
    };
  }
  const lines = text.split('\n');
  const line = random.below(lines.length);
  const grownLine = (size: number): string => {
    const one = `${lines[line] ?? ''}\n`;
    const [before, after] = [lines.slice(0, line), lines.slice(line)];
    return [...before, repeated(one, size) + after.join('\n')].join('\n');
  };
  return {
    about: how % 2 === 0 ? `line ${line} grown` : `character ${at} grown by ${JSON.stringify(row)}`,
    of: (size) => ({
      sort: input.sort,
      bytes: encoder.encode(how % 2 === 0 ? grownLine(size) : text.slice(0, at) + repeated(row, size) + text.slice(at)),
    }),
  };
};
