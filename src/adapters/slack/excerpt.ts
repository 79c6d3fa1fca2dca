import { cut, oneLine, visible } from '#domain/text.ts';

/** What is shown of a text or a list, and in words what is not: nothing is ever cut silently. */
export type Excerpt = { readonly shown: string; readonly hidden?: string };

/** The beginning of a text that somebody wrote, within so many characters and lines; hidden signs are made visible first. */
export const excerpt = (text: string, most: { readonly characters: number; readonly lines: number }): Excerpt => {
  const whole = visible(text);
  const lines = whole.split('\n');
  const first = lines.slice(0, most.lines).join('\n');
  const shown = cut(first, most.characters);
  if (shown.length < first.length || first.length > most.characters)
    return { shown, hidden: `${whole.length - shown.length + 1} more characters` };
  return lines.length > most.lines ? { shown, hidden: `${lines.length - most.lines} more lines` } : { shown };
};

/** As many of a list's items as fit into so many characters, each whole, and how many do not. */
export const fitting = (
  items: readonly string[],
  characters: number,
): { readonly kept: readonly string[]; readonly left: number } => {
  const kept: string[] = [];
  let room = characters;
  for (const item of items) {
    room -= item.length + 2;
    if (room < 0) break;
    kept.push(item);
  }
  return { kept, left: items.length - kept.length };
};

/** Cuts out of the middle: where something reaches stands at its end and must stay to be seen. */
export const cutMiddle = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const tail = Math.floor(limit / 3);
  const letters = [...text.slice(-tail)];
  return `${cut(text, limit - tail - 1)} ${letters.slice(letters[0]?.length === 1 && /[\udc00-\udfff]/.test(letters[0]) ? 1 : 0).join('')}`;
};

/** `1 object`, `3 objects`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** `1 more object`, `3 more objects`. */
export const more = (count: number, one: string): string => `${count} more ${one}${count === 1 ? '' : 's'}`;

/** What a system said, on one line and of bearable length. */
export const briefly = (text: string): string => cutMiddle(oneLine(text), 400);
