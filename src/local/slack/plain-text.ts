import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf, inlinesOf, richPartText } from '#local/slack/block-kit/walk.ts';
import { type Mention, mentionsIn, parseMrkdwn } from './mrkdwn.ts';
import type { Span } from './page-api.ts';
import type { Message } from './state.ts';

type Text = { type: 'plain_text' | 'mrkdwn'; text: string };

const spanText = (span: Span): string => {
  switch (span.type) {
    case 'text':
    case 'code':
    case 'preformatted':
    case 'link':
      return span.text;
    case 'quote':
      return span.spans.map(spanText).join('');
    case 'emoji':
      return `:${span.name}:`;
    case 'user':
      return `@${span.userId}`;
    case 'group':
      return `@${span.groupId}`;
    case 'channel':
      return `#${span.channelId}`;
    case 'broadcast':
      return `@${span.range}`;
    case 'date':
      return span.fallback;
  }
};

/** Spans as words: what a person reads, mentions as their ids. */
export const spansText = (spans: Span[]): string => spans.map(spanText).join('');

const shown = (text: Text) => (text.type === 'mrkdwn' ? spansText(parseMrkdwn(text.text)) : text.text);

/** A button as `[Approve]`, anything else as its kind. */
const elementText = (element: Element) => (element.type === 'button' ? `[${element.text.text}]` : `[${element.type}]`);

export const blockText = (block: StoredBlock): string => {
  const elements = elementsOf(block).map(elementText);
  switch (block.type) {
    case 'section':
      return [...(block.text ? [shown(block.text)] : []), ...(block.fields ?? []).map(shown), ...elements].join('\n');
    case 'header':
      return shown(block.text);
    case 'context':
      return block.elements.map(shown).join(' ');
    case 'actions':
      return elements.join(' ');
    case 'divider':
      return '---';
    case 'input':
      return [`${shown(block.label)}:`, ...elements].join(' ');
    case 'rich_text':
      return block.elements.map(richPartText).join('\n');
    case 'markdown':
      return block.text;
  }
};

export const blocksText = (blocks: StoredBlock[]): string => blocks.map(blockText).join('\n');

const blockMentions = (block: StoredBlock): Mention[] => {
  const texts: Text[] = [];
  if (block.type === 'section') texts.push(...(block.text ? [block.text] : []), ...(block.fields ?? []));
  if (block.type === 'context') texts.push(...block.elements);
  const fromTexts = texts.filter((one) => one.type === 'mrkdwn').flatMap((one) => mentionsIn(one.text));
  if (block.type === 'markdown') return mentionsIn(block.text);
  if (block.type !== 'rich_text') return fromTexts;
  return block.elements.flatMap(inlinesOf).flatMap((inline): Mention[] => {
    if (inline.type === 'user') return [{ type: 'user', id: inline.user_id }];
    if (inline.type === 'usergroup') return [{ type: 'group', id: inline.usergroup_id }];
    return inline.type === 'broadcast' ? [{ type: 'broadcast', range: inline.range }] : [];
  });
};

/** Everyone whom a message notifies by name, from its text and its blocks. */
export const mentionsOf = (message: Pick<Message, 'text' | 'blocks'>): Mention[] => [
  ...mentionsIn(message.text),
  ...message.blocks.flatMap(blockMentions),
];

/** What a person reads: the blocks, or the text where there are none. */
export const messageText = (message: Pick<Message, 'text' | 'blocks'>): string =>
  message.blocks.length > 0 ? blocksText(message.blocks) : spansText(parseMrkdwn(message.text));
