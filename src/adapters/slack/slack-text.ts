/** Undoes what Slack escapes: exactly these three entities (docs.slack.dev/messaging/formatting-message-text). */
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Of the text beside the blocks, which notifications show and Slack rewrites as it likes: its letters and digits. */
export const lettersOf = (text: string): string =>
  unescaped(text)
    .replace(/:[a-z0-9_+'-]+:/g, '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '');
