import { visible } from '#domain/text.ts';

/** A spreadsheet takes no longer cell than 32,767 characters: what is beyond would go on in other cells, as if it were data. */
const longest = 32_000;

/** What makes a spreadsheet take a cell for a formula: also in full width, and behind white space that it strips. */
const formula = /^\s*[=+\-@\t\r\n＝＋－＠]/;

/**
 * One cell of CSV (RFC 4180). What would be a formula gets an apostrophe before it; what hides or reorders is made visible; what is too
 * long is cut, and says so.
 */
export const cell = (text: string): string => {
  const shown = shorten(visible(text.replace(/\t/g, '    ')));
  const harmless = formula.test(text) || formula.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

const shorten = (text: string): string => {
  if (text.length <= longest) return text;
  // Half of a character is none.
  const end = /[\ud800-\udbff]/.test(text[longest - 1] ?? '') ? longest - 1 : longest;
  return `${text.slice(0, end)}\n[${text.length - end} more characters: --format jsonl has all]`;
};

/** A line of CSV, with its end. */
export const csvRow = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;
