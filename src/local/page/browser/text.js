// @ts-check
/** @import { PageText, Span } from '#local/slack/page-api.ts' */
import { preformatted } from './diff.js';
import { h } from './dom.js';
import { drawableText, emojiText, withEmoji } from './emoji.js';
import { channelName, groupName, userName } from './names.js';
import { goTo, openThread, seen } from './store.js';
import { formattedTime } from './time.js';

/**
 * Text by others stands in an element of its own direction: marks that turn the reading direction end with it.
 *
 * @param {string} text
 */
export const isolated = (text) => h('bdi', {}, text);

/** @param {string} url @returns {URL | undefined} */
const safeUrl = (url) => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed && ['https:', 'http:', 'mailto:'].includes(parsed.protocol) ? parsed : undefined;
};

/** Slack's permalinks to this workspace's messages lead to them here. @param {URL} url */
const placeBehind = (url) => {
  if (seen.state === null || ![`${seen.state.team.domain}.slack.com`, location.host].includes(url.host))
    return undefined;
  const [, channelId, digits] = /^\/archives\/(\w+)\/p(\d+)$/.exec(url.pathname) ?? [];
  if (channelId === undefined || digits === undefined) return undefined;
  return { channelId, ts: url.searchParams.get('thread_ts') ?? `${digits.slice(0, -6)}.${digits.slice(-6)}` };
};

/**
 * A link; only http, https and mailto are followed, anything else is shown as text.
 *
 * @param {string} url
 * @param {string} text
 * @param {string} [look]
 */
export const link = (url, text, look) => {
  const safe = safeUrl(url);
  if (safe === undefined) return h('span', { class: look }, isolated(text === url ? text : `${text} (${url})`));
  const place = placeBehind(safe);
  const follow = (/** @type {Event} */ event) => {
    if (place === undefined) return;
    event.preventDefault();
    goTo({ type: 'channel', id: place.channelId });
    openThread(place);
  };
  return h(
    'a',
    { href: safe.href, class: look, title: safe.href, target: '_blank', rel: 'noopener noreferrer', onclick: follow },
    isolated(text),
  );
};

/** @param {string} text */
const mention = (text) => h('span', { class: 'mention' }, isolated(text));

/** @param {string} id @param {string} [label] */
export const userMention = (id, label) =>
  h('span', { class: id === seen.person ? 'mention mention-me' : 'mention' }, isolated(`@${userName(id, label)}`));
/** @param {string} id @param {string} [label] */
export const groupMention = (id, label) => mention(`@${groupName(id, label)}`);
/** @param {string} range */
export const broadcastMention = (range) => mention(`@${range}`);
/** @param {string} id @param {string} [label] */
export const channelMention = (id, label) =>
  h(
    'button',
    { type: 'button', class: 'mention', onclick: () => goTo({ type: 'channel', id }) },
    `#${channelName(id, label)}`,
  );

/** @param {string} name */
export const emoji = (name) => h('span', { class: 'emoji', title: `:${name}:` }, emojiText(name));

/**
 * @param {string | Node} inner
 * @param {{ bold?: boolean, italic?: boolean, strike?: boolean, code?: boolean, underline?: boolean }} style
 */
export const styled = (inner, style) => {
  let node = inner;
  if (style.code) node = h('code', {}, node);
  if (style.bold) node = h('strong', {}, node);
  if (style.italic) node = h('em', {}, node);
  if (style.strike) node = h('s', {}, node);
  if (style.underline) node = h('u', {}, node);
  return node;
};

/** @param {Span} span @returns {Node | string} */
const spanNode = (span) => {
  switch (span.type) {
    case 'text':
      return styled(drawableText(span.text), span);
    case 'code':
      return h('code', {}, span.text);
    case 'preformatted':
      return preformatted(span.text);
    case 'quote':
      return h('blockquote', {}, ...span.spans.map(spanNode));
    case 'link':
      return link(span.url, span.text);
    case 'emoji':
      return emoji(span.name);
    case 'user':
      return userMention(span.userId, span.label);
    case 'channel':
      return channelMention(span.channelId, span.label);
    case 'group':
      return groupMention(span.groupId, span.label);
    case 'broadcast':
      return broadcastMention(span.range);
    case 'date': {
      const time = formattedTime(span.epochSeconds, span.format, span.fallback);
      const url = span.url === undefined ? undefined : safeUrl(span.url);
      return url ? h('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer' }, time) : time;
    }
  }
};

/** @param {Span[]} spans @param {'div' | 'span' | 'p'} [tag] */
export const spansNode = (spans, tag = 'div') => h(tag, { class: 'text', dir: 'auto' }, ...spans.map(spanNode));

/** @param {PageText} text @param {'div' | 'span' | 'p'} [tag] */
export const textNode = (text, tag = 'div') =>
  text.type === 'mrkdwn' ? spansNode(text.spans, tag) : h(tag, { class: 'text', dir: 'auto' }, withEmoji(text.text));

/** The words of a text, for labels and tooltips. @param {PageText | null | undefined} text @param {string} [otherwise] */
export const wordsOf = (text, otherwise = '') => (text ? withEmoji(text.text) : otherwise);
