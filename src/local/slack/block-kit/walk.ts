import type { Block } from './blocks.ts';
import type { Element } from './elements.ts';
import type { RichInline, RichPart } from './rich-text.ts';

/** All interactive elements of a block, in order. */
export const elementsOf = (block: Block): Element[] => {
  switch (block.type) {
    case 'section':
      return block.accessory === undefined ? [] : [block.accessory];
    case 'actions':
      return block.elements;
    case 'input':
      return [block.element];
    case 'header':
    case 'context':
    case 'divider':
    case 'rich_text':
    case 'markdown':
      return [];
  }
};

export const inlinesOf = (part: RichPart): RichInline[] =>
  part.type === 'rich_text_list' ? part.elements.flatMap((section) => section.elements) : part.elements;

const inlineText = (inline: RichInline): string => {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'link':
      return inline.text ?? inline.url;
    case 'emoji':
      return `:${inline.name}:`;
    case 'user':
      return `<@${inline.user_id}>`;
    case 'usergroup':
      return `<!subteam^${inline.usergroup_id}>`;
    case 'channel':
      return `<#${inline.channel_id}>`;
    case 'broadcast':
      return `@${inline.range}`;
    case 'date':
      return inline.fallback ?? String(inline.timestamp);
  }
};

export const richPartText = (part: RichPart): string =>
  part.type === 'rich_text_list'
    ? part.elements.map((section) => `• ${section.elements.map(inlineText).join('')}`).join('\n')
    : part.elements.map(inlineText).join('');

const elementTexts = (element: Element): string[] => {
  if (element.type === 'button') return [element.text.text];
  if (!('options' in element) || element.options === undefined) return [];
  return element.options.map((option) => option.text.text);
};

/** Every piece of text that counts towards the size of a message, `markdown` blocks apart (they have a limit of their own). */
export const textsOf = (block: Block): string[] => {
  const own = elementsOf(block).flatMap(elementTexts);
  switch (block.type) {
    case 'section':
      return [...(block.text ? [block.text.text] : []), ...(block.fields ?? []).map((one) => one.text), ...own];
    case 'header':
      return [block.text.text];
    case 'context':
      return block.elements.map((one) => one.text);
    case 'input':
      return [block.label.text, ...(block.hint ? [block.hint.text] : []), ...own];
    case 'rich_text':
      return block.elements.map(richPartText);
    case 'actions':
      return own;
    case 'divider':
    case 'markdown':
      return [];
  }
};
