import { parseArgs } from 'node:util';
import { err, ok, type Result } from '#domain/result.ts';

/** The flags of a command: by name, whether each takes a value. */
type Known = Readonly<Record<string, 'value' | 'switch'>>;
export type Flags<K extends Known> = { readonly [name in keyof K]?: K[name] extends 'value' ? string : boolean };

const say = (known: Known): string =>
  Object.entries(known)
    .map(([name, type]) => `--${name}${type === 'value' ? ' <value>' : ''}`)
    .join(', ');

/** Reads what stands behind a command. Whatever is not known, is there twice or lacks its value is a refusal. */
export const readFlags = <const K extends Known>(words: readonly string[], known: K): Result<Flags<K>, string> => {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, type]) => [
      name,
      { type: type === 'value' ? ('string' as const) : ('boolean' as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  const read: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') return err(`${JSON.stringify(words[token.index])} is not understood. ${there(known)}`);
    const { name, rawName, value } = token;
    const type = Object.hasOwn(known, name) && rawName.startsWith('--') ? known[name] : undefined;
    if (type === undefined) return err(`There is no flag ${JSON.stringify(rawName)}. ${there(known)}`);
    if (Object.hasOwn(read, name)) return err(`${rawName} is there twice. Say it once.`);
    if (type === 'switch' && value !== undefined) return err(`${rawName} takes no value. Leave ${value} out.`);
    if (type === 'value' && (value === undefined || value === '' || value.startsWith('--')))
      return err(`${rawName} lacks its value. Write it like ${rawName} <value>.`);
    read[name] = value ?? true;
  }
  return ok(read as Flags<K>);
};

const there = (known: Known): string => `Flags: ${say(known)}.`;
