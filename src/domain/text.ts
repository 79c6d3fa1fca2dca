// Control characters, line separators, zero-width characters, bidi marks, embeddings and isolates, BOM, tags, soft hyphen.
const hidden =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

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
