import { entriesOf, isMap } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';

/** A line of a longer value, or what is set in it, that is worth as much as a value. Characters. */
const tellingLine = 8;
/** What is longer is in no text that is shown. Characters. */
const longest = 2_000;

/**
 * The values of a Secret as somebody may have repeated them: as they are, a line of them or what it sets (`KEY=…`, `key: …`),
 * as JSON has them, and in base64 without its padding. What is no UTF-8 can only be repeated in base64.
 */
export const valuesIn = ({ data, stringData }: Manifest): readonly string[] => {
  const encoded = textsIn(data);
  const plain = [...textsIn(stringData), ...encoded.flatMap(decoded)];
  const coded = [...encoded, ...plain.filter(({ length }) => length <= longest).map(inBase64)];
  const forms = [...plain.flatMap(spellings), ...coded.map((text) => text.replace(/=+$/, ''))];
  return [...new Set(forms)].filter((text) => text !== '');
};

const textsIn = (values: Json | undefined): readonly string[] =>
  isMap(values) ? entriesOf(values).flatMap(([, value]) => (typeof value === 'string' ? [value] : [])) : [];

const spellings = (value: string): readonly string[] => {
  const text = value.trim();
  const lines = text.split('\n').filter(({ length }) => length >= tellingLine && length <= longest);
  const told = lines.flatMap((line) => [line.trim(), setIn(line)]).filter(({ length }) => length >= tellingLine);
  return text.length > longest ? told : [text, JSON.stringify(text).slice(1, -1), ...told];
};

const setIn = (line: string): string => line.replace(/^[^=:]*[=:]/, '').replaceAll(/^[\s"']+|[\s"',;]+$/g, '');

const inBase64 = (text: string): string => new TextEncoder().encode(text.trim()).toBase64();

const decoded = (text: string): readonly string[] => {
  try {
    return [new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(text))];
  } catch {
    // Neither base64, nor text: there are no words to repeat.
    return [];
  }
};

/** Shorter values are in many words; they are repeated where they stand by themselves. Characters. */
const shortest = 4;

/** Whether a text repeats a value. */
export const repeats = (text: string, value: string): boolean => {
  if (value.length >= shortest) return text.includes(value);
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!isLetter(text[at - 1]) && !isLetter(text[at + value.length])) return true;
  return false;
};

const isLetter = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
