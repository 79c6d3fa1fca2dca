import { itself, type PersonId } from '#domain/ids.ts';
import { cut, visible } from '#domain/text.ts';

/** Slack has no escape for its own marks, so each is shown by a sign that looks like it and means nothing. */
const harmless: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼' };

/**
 * Makes any text safe inside mrkdwn and inside a message's `text`: no mention, no link, no formatting, no code fence,
 * no quote, no `:emoji:`, nothing hidden. Source of the three entities: docs.slack.dev/messaging/formatting-message-text.
 */
export const escaped = (text: string): string =>
  visible(text)
    .replace(/:(?=[\p{L}\p{N}_+'-]+:)/gu, '∶')
    // One alone between letters, as in `web_api`, means nothing to Slack either and stays.
    .replace(/(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu, (mark) => harmless[mark] ?? mark)
    .replaceAll('`', 'ˋ')
    .replace(/^(\s*)>/gm, '$1›')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** Names a person; Slack shows the name, and tells them. */
export const mention = (person: PersonId): string => (person === itself ? 'Hallpass' : `<@${person}>`);

/** How a date is written: "today 10:42 PM" in the reader's own zone and habit. */
export const dateFormat = '{date_short_pretty} {time}';

/** Whole seconds since 1970, as Slack's dates count. */
export const epochSeconds = (instant: Temporal.Instant): number => Math.floor(instant.epochMilliseconds / 1000);

/** What is read where Slack cannot write the date itself: `2026-11-20 22:10:05 UTC`. */
export const dateFallback = (instant: Temporal.Instant): string =>
  `${instant.toString({ smallestUnit: 'second' }).slice(0, 19).replace('T', ' ')} UTC`;

/** A time in the reader's own zone (docs.slack.dev/messaging/formatting-message-text#date-formatting). */
export const clock = (instant: Temporal.Instant): string =>
  `<!date^${epochSeconds(instant)}^${dateFormat}|${dateFallback(instant)}>`;

/** A link whose address and words cannot break out of it. */
export const link = (url: string, words: string): string =>
  `<${url.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C')}|${escaped(words).replaceAll('|', '¦')}>`;

/** Cuts mrkdwn without leaving half an entity, mention or date at its end. */
export const cutMarkup = (text: string, limit: number): string =>
  text.length <= limit ? text : cut(text, limit).replace(/(?:<[^<>]*|&[a-z]{0,4})…$/, '…');

/** Our own mrkdwn as plain words, for places that show no markup, such as the errors under a form's fields. */
export const plain = (markup: string): string =>
  markup
    .replace(/<![^<>|]*\|([^<>]*)>/g, '$1')
    .replace(/<[#@!][^<>|]*\|([^<>]*)>/g, '$1')
    .replace(/<@([^<>]*)>/g, '@$1')
    .replace(/<#([^<>]*)>/g, '#$1')
    .replace(/<([^<>|]*)\|([^<>]*)>/g, '$2')
    .replace(/[`*]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
