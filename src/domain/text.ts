// Control characters but line feeds, line and paragraph separators, bidi controls, halves of characters, and whatever
// Unicode says to draw as nothing (zero-width, fillers, tags, variation selectors; but the one that colours an emoji), and
// what is drawn as a blank and is no white space (U+2800).
const hidden =
  /(?!\n)\p{Cc}|[\u2028\u2029]|\p{Bidi_Control}|\p{Cs}|(?!\ufe0f)\p{Default_Ignorable_Code_Point}|(?<![\p{Extended_Pictographic}#*0-9])\ufe0f|[\ufff9-\ufffb\u2800]/gu;

/**
 * Makes what somebody typed safe to look at: characters that reorder, hide or fake text are shown as `[U+202E]`.
 * Line feeds stay. Escaping for Slack's markup is the Slack adapter's.
 */
export const visible = (text: string): string =>
  text.replace(/\r\n/g, '\n').replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });

/** The same on one line: line feeds and runs of white space become one space. */
export const oneLine = (text: string): string => visible(text).replace(/\s+/g, ' ').trim();

/** Cuts to at most `limit` UTF-16 units without splitting a character, and says so with an ellipsis. */
export const cut = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (kept.length + segment.length > limit - 1) break;
    kept += segment;
  }
  return `${kept}…`;
};

/** Names the first of many, and counts the others. */
export const few = (words: readonly string[], limit: number): string =>
  words.length <= limit ? words.join(', ') : `${words.slice(0, limit).join(', ')} and ${words.length - limit} more`;
