/**
 * Texts as scalars of YAML, such that a person and every parser (YAML 1.1 and 1.2) read the same, and no character of them
 * reorders, hides or adds anything on a screen.
 */

// Controls, formats, surrogates, unassigned and private ones; spaces but the plain one; what Unicode draws as nothing;
// scripts that are written from right to left, whose letters alone reorder what is around them; marks that would pile up.
const rightToLeft = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufeff\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}';
const misleading = new RegExp(
  `\\p{C}|\\p{Zl}|\\p{Zp}|(?! )\\p{Zs}|\\p{Default_Ignorable_Code_Point}|[\\u2800${rightToLeft}]|\\p{Me}|(?<!\\p{L}\\p{Mn}?\\p{Mc}?)\\p{M}`,
  'gu',
);
// Letters that are drawn like Latin ones. In a word with Latin letters, or in a name with dots of which a part is Latin,
// nobody sees the difference; a word of its own stays as it is, so that people can read what they wrote.
const alike =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]/gu;
const latin = /(?![\uff21-\uff5a])\p{Script=Latin}/u;
const letters = /[\p{L}\p{M}\p{N}_]+/gu;
const names = /[\p{L}\p{M}\p{N}_]+(?:[.@-]+[\p{L}\p{M}\p{N}_]+)*/gu;
/** The same in a text of JSON, where an escape is no letter: its own come first. */
const escapesAndNames = new RegExp(`\\\\u[0-9a-f]{4}|\\\\.|${names.source}`, 'gu');

const isMixed = (text: string): boolean => latin.test(text) && text.search(alike) !== -1;
const mixedWords = (name: string): readonly string[] =>
  /[.@]/.test(name) ? (isMixed(name) ? [name] : []) : (name.match(letters) ?? []).filter(isMixed);
const hasLookAlikes = (text: string): boolean => (text.match(names) ?? []).some((name) => mixedWords(name).length > 0);

const withoutLookAlikes = (json: string): string =>
  json.replace(escapesAndNames, (name) => {
    if (name.startsWith('\\')) return name;
    const code = (word: string): string => (isMixed(word) ? word.replace(alike, escaped) : word);
    return /[.@]/.test(name) ? code(name) : name.replace(letters, code);
  });

const plainCharacters = /^[\x20-\x7e]*$/;

/** Whether every character is one that a person sees, in the place where it stands. Line feeds and tabs are not. */
export const isVisible = (text: string): boolean =>
  plainCharacters.test(text) || (text.search(misleading) === -1 && !hasLookAlikes(text));

/** The whole as one double-quoted line; what is not visible as its code. */
export const quoted = (text: string): string => {
  const json = JSON.stringify(text);
  return plainCharacters.test(json) ? json : withoutLookAlikes(json).replace(misleading, escaped);
};

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

// Begins like a word or a path, and holds nothing that ends a scalar.
const word = /^[\p{L}_/](?:[^:#]|:(?=[^ ])|(?<! )#)*$/u;
const keyword = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
// `128Mi`, `250m`, `30s`, `10.0.0.0/8`: begin with a digit, and are no number, date or time to any parser.
const quantity = /^\d+(?:\.\d+)?(?:m|k|s|h|[KMGTP]i|[MGTP])$/;
const network = /^\d+\.\d+\.\d+\.\d+\/\d+$/;

/** One text on one line: bare where nobody can take it for anything else. */
export const scalar = (text: string): string => {
  const isBare =
    ((word.test(text) && !keyword.test(text) && !text.endsWith(' ')) || quantity.test(text) || network.test(text)) &&
    isVisible(text);
  return isBare ? text : quoted(text);
};

/**
 * A text of several lines as the lines of a block, below `|` or `|-`; undefined when something of it could not be seen
 * there, such as a space at the end of a line.
 */
export const blockOf = (text: string): { readonly head: '|' | '|-'; readonly lines: readonly string[] } | undefined => {
  if (!text.includes('\n') || text.endsWith('\n\n')) return undefined;
  const isClosed = text.endsWith('\n');
  const lines = (isClosed ? text.slice(0, -1) : text).split('\n');
  if (lines[0] === '' || lines[0]?.startsWith(' ')) return undefined;
  if (!lines.every((line) => !line.endsWith(' ') && isVisible(line))) return undefined;
  return { head: isClosed ? '|' : '|-', lines };
};
