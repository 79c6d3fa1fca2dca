/** Characters of all texts together in which values are looked for. */
const mostText = 20_000;
/** Characters that are gone through for values of which more than the start was found. */
const mostLooks = 20_000_000;

/** By so many characters values are told apart before they are looked for. */
const starts = { long: 8, short: 3 } as const;
const startOf = (value: string): string => value.slice(0, value.length >= starts.long ? starts.long : starts.short);

/** Shorter values are in many words; they are repeated where they stand by themselves. Characters. */
const shortest = 4;

/** Letters of base64, as in data or in addresses; shorter runs say no value. */
const coded = /[\w+/-]{4,}/g;

/** A text with what is in base64 in it, wherever that begins. */
const unpacked = (text: string): string =>
  [text, ...(text.match(coded) ?? []).flatMap((run) => [0, 1, 2, 3].map((from) => decoded(run.slice(from))))].join(
    '\n',
  );

const decoded = (run: string): string => {
  const whole = run.replaceAll('-', '+').replaceAll('_', '/');
  // One letter alone is less than a byte.
  const letters = whole.length % 4 === 1 ? whole.slice(0, -1) : whole;
  return new TextDecoder().decode(Uint8Array.fromBase64(letters));
};

/**
 * Those of some texts that repeat a value. Undefined where to look would take too long; what is answered takes some ten
 * milliseconds at most.
 */
export const repeating = <T extends { readonly text: string }>(
  texts: readonly T[],
  values: readonly string[] | undefined,
): readonly T[] | undefined => {
  const longest = texts.reduce((most, { text }) => Math.max(most, text.length), 0);
  if (longest < starts.short) return [];
  if (values === undefined || lengthOf(texts.map(({ text }) => text)) > mostText) return undefined;
  const whole = texts.map(({ text }) => unpacked(text));
  const begun = startsIn(whole);
  const likely = values.filter((value) => value.length <= longest && begun.has(startOf(value)));
  if (likely.length * lengthOf(whole) > mostLooks) return undefined;
  return texts.filter((_, index) => likely.some((value) => repeats(whole[index] ?? '', value)));
};

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);

const startsIn = (texts: readonly string[]): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const text of texts)
    for (let at = 0; at < text.length; at += 1)
      for (const size of Object.values(starts)) found.add(text.slice(at, at + size));
  return found;
};

/** Whether a text repeats a value. */
const repeats = (text: string, value: string): boolean => {
  if (value.length >= shortest) return text.includes(value);
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!isLetter(text[at - 1]) && !isLetter(text[at + value.length])) return true;
  return false;
};

const isLetter = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
