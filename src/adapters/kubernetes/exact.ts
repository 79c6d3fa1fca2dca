import { z } from 'zod';

/** Integers of 16 or more digits, where a value begins; it may be within a text, which only reading it tells. */
const long = /[:[,]\s*-?\d{16}/;

/** What the reviver of `JSON.parse` is told of a value that is no object (ECMAScript, "JSON.parse source text access"). */
const context = z.object({ source: z.string() });

/** A number that was written otherwise than JavaScript would write it, in the place of that number. */
type Altered = { readonly place: readonly string[]; readonly source: string };

/**
 * The first integer of a JSON text that JavaScript alters by reading it, as it does beyond 2^53; undefined when all stay.
 * It costs next to nothing for a text without long numbers. Throws for what is no JSON.
 */
export const alteredIn = (text: string): Altered | undefined => {
  if (!long.test(text)) return undefined;
  const altered = new Map<symbol, string>();
  const read: unknown = JSON.parse(text, (_, value: unknown, ...[given]: readonly unknown[]) => {
    const source = typeof value === 'number' ? context.safeParse(given).data?.source : undefined;
    if (source === undefined || !/^-?\d+$/.test(source) || String(value) === source) return value;
    const mark = Symbol('altered');
    altered.set(mark, source);
    return mark;
  });
  return altered.size === 0 ? undefined : find(read, altered, []);
};

const find = (value: unknown, altered: ReadonlyMap<symbol, string>, place: readonly string[]): Altered | undefined => {
  if (typeof value === 'symbol') return { place, source: altered.get(value) ?? '' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const found = find(member, altered, [...place, key]);
    if (found !== undefined) return found;
  }
  return undefined;
};
