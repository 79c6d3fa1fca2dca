import { parseArgs } from 'node:util';
import { err, ok, type Result } from '#domain/result.ts';

/** The flags of a command: by name, whether each takes a value, or one each time it is said. */
type Known = Readonly<Record<string, 'value' | 'values' | 'switch'>>;
type Values = { readonly value: string; readonly values: readonly string[]; readonly switch: boolean };
export type Flags<K extends Known> = { readonly [name in keyof K]?: Values[K[name]] };

const say = (known: Known): string =>
  Object.entries(known)
    .map(([name, type]) => `--${name}${type === 'switch' ? '' : ' <value>'}`)
    .join(', ');

/** Reads what stands behind a command. Whatever is not known, is there twice or lacks its value is a refusal. */
export const readFlags = <const K extends Known>(words: readonly string[], known: K): Result<Flags<K>, string> => {
  const line = readLine(words, known);
  if (!line.ok) return line;
  const [word] = line.value.words;
  return word === undefined ? ok(line.value.flags) : err(`${JSON.stringify(word)} is not understood. ${there(known)}`);
};

/** Reads the words of a command with its flags between them. */
export const readLine = <const K extends Known>(
  all: readonly string[],
  known: K,
): Result<{ readonly flags: Flags<K>; readonly words: readonly string[] }, string> => {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, type]) => [
      name,
      { type: type === 'switch' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({ args: [...all], options, strict: false, tokens: true });
  const read: Record<string, string | boolean | readonly string[]> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind === 'option-terminator') words.push('--');
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const type = Object.hasOwn(known, name) && rawName.startsWith('--') ? known[name] : undefined;
    if (type === undefined) return err(`There is no flag ${JSON.stringify(rawName)}. ${there(known)}`);
    const before = Object.hasOwn(read, name) ? read[name] : undefined;
    if (before !== undefined && type !== 'values') return err(`${rawName} is there twice. Say it once.`);
    if (type === 'switch' && value !== undefined) return err(`${rawName} takes no value. Leave ${value} out.`);
    if (type !== 'switch' && (value === undefined || value === '' || value.startsWith('--')))
      return err(`${rawName} lacks its value. Write it like ${rawName} <value>.`);
    read[name] = type === 'values' ? [...(Array.isArray(before) ? before : []), value ?? ''] : (value ?? true);
  }
  return ok({ flags: read as Flags<K>, words });
};

const there = (known: Known): string => `Flags: ${say(known)}.`;
