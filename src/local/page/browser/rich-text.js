// @ts-check
/** @import { PageBlock, RichInline, RichPart } from '#local/slack/page-api.ts' */
/** @import { Look } from './diff.js' */
import { goesOnAsDiff, looksLikeDiff, looksOf, preformatted } from './diff.js';
import { h } from './dom.js';
import { drawableText, emojiText } from './emoji.js';
import { broadcastMention, channelMention, groupMention, link, styled, userMention } from './text.js';
import { formattedTime } from './time.js';

/** Slack gives an emoji's code points as hex, joined by hyphens. @param {string | undefined} unicode */
const fromHex = (unicode) =>
  unicode !== undefined && /^[0-9a-f]{1,5}(-[0-9a-f]{1,5})*$/i.test(unicode)
    ? String.fromCodePoint(...unicode.split('-').map((hex) => Number.parseInt(hex, 16)))
    : undefined;

/** @param {RichInline} inline @returns {Node | string} */
const inlineNode = (inline) => {
  switch (inline.type) {
    case 'text':
      return inline.style?.code ? inline.text : drawableText(inline.text);
    case 'link':
      return inline.unsafe ? `${inline.text ?? ''} ${inline.url}` : link(inline.url, inline.text ?? inline.url);
    case 'emoji':
      return h('span', { class: 'emoji', title: `:${inline.name}:` }, emojiText(inline.name, fromHex(inline.unicode)));
    case 'user':
      return userMention(inline.user_id);
    case 'usergroup':
      return groupMention(inline.usergroup_id);
    case 'channel':
      return channelMention(inline.channel_id);
    case 'broadcast':
      return broadcastMention(inline.range);
    case 'date':
      return formattedTime(inline.timestamp, inline.format, inline.fallback ?? '');
  }
};

/** @param {RichInline[]} inlines */
const inlineNodes = (inlines) => inlines.map((inline) => styled(inlineNode(inline), inline.style ?? {}));

/** @param {RichInline} inline */
const plainWords = (inline) =>
  inline.type === 'text' ? inline.text : inline.type === 'link' ? (inline.text ?? inline.url) : '';

/** @param {Extract<RichPart, { type: 'rich_text_preformatted' }>} part */
const textOf = ({ elements }) => elements.map(plainWords).join('');

/**
 * The preformatted parts that go on with the diff right before them, and how its last line looks: Slack takes a long diff
 * only in pieces, and only the first of them has a head.
 *
 * @param {PageBlock[]} blocks @returns {Map<RichPart, Look>}
 */
export const continuedIn = (blocks) => {
  /** @type {Map<RichPart, Look>} */
  const continued = new Map();
  /** @type {Look | undefined} */
  let before;
  for (const part of blocks.flatMap((block) => (block.type === 'rich_text' ? block.elements : [null]))) {
    if (part?.type !== 'rich_text_preformatted') {
      before = undefined;
      continue;
    }
    const text = textOf(part);
    const goesOn = before !== undefined && goesOnAsDiff(text);
    if (before !== undefined && goesOn) continued.set(part, before);
    const isDiff = goesOn || part.language === 'diff' || looksLikeDiff(text);
    before = isDiff ? looksOf(text.split('\n'), before).at(-1) : undefined;
  }
  return continued;
};

/** @param {RichPart} part @param {Look | undefined} before how the line before looks, where this goes on with a diff */
const partNode = (part, before) => {
  switch (part.type) {
    case 'rich_text_section':
      return h('div', {}, ...inlineNodes(part.elements));
    case 'rich_text_quote':
      return h('blockquote', {}, ...inlineNodes(part.elements));
    case 'rich_text_preformatted':
      return preformatted(textOf(part), before !== undefined || part.language === 'diff' || undefined, before);
    case 'rich_text_list':
      return h(
        part.style === 'ordered' ? 'ol' : 'ul',
        {
          class: `indent-${Math.min(part.indent ?? 0, 6)}`,
          start: part.style === 'ordered' ? (part.offset ?? 0) + 1 : null,
        },
        ...part.elements.map((element) => h('li', {}, ...inlineNodes(element.elements))),
      );
  }
};

/** @param {RichPart[]} parts @param {Map<RichPart, Look>} continued */
export const richTextNode = (parts, continued) =>
  h('div', { class: 'text rich', dir: 'auto' }, ...parts.map((part) => partNode(part, continued.get(part))));
