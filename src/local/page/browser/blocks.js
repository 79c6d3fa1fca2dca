// @ts-check
/** @import { PageBlock, RichPart } from '#local/slack/page-api.ts' */
/** @import { Look } from './diff.js' */
/** @import { Surface } from './surface.js' */
import { h } from './dom.js';
import { elementNode } from './elements.js';
import { withEmoji } from './emoji.js';
import { inputBlock } from './input-block.js';
import { markdownNode } from './markdown.js';
import { continuedIn, richTextNode } from './rich-text.js';
import { textNode } from './text.js';

/** @param {Extract<PageBlock, { type: 'section' }>} block @param {Surface} surface */
const section = (block, surface) =>
  h(
    'div',
    { class: 'block section' },
    h(
      'div',
      { class: 'section-text' },
      block.text && textNode(block.text),
      block.fields && h('div', { class: 'fields' }, ...block.fields.map((field) => textNode(field))),
    ),
    block.accessory && h('div', { class: 'accessory' }, elementNode(block.accessory, block.block_id, surface)),
  );

/** @param {PageBlock} block @param {Surface} surface @param {Map<RichPart, Look>} continued @returns {HTMLElement} */
const blockNode = (block, surface, continued) => {
  switch (block.type) {
    case 'section':
      return section(block, surface);
    case 'header':
      return h('h3', { class: 'block block-header', dir: 'auto' }, withEmoji(block.text.text));
    case 'context':
      return h('div', { class: 'block context' }, ...block.elements.map((text) => textNode(text)));
    case 'actions':
      return h(
        'div',
        { class: 'block actions' },
        ...block.elements.map((one) => elementNode(one, block.block_id, surface)),
      );
    case 'divider':
      return h('hr', { class: 'block' });
    case 'input':
      return inputBlock(block, surface);
    case 'rich_text':
      return h('div', { class: 'block' }, richTextNode(block.elements, continued));
    case 'markdown':
      return h('div', { class: 'block' }, markdownNode(block.text));
  }
};

/** @param {PageBlock[]} blocks @param {Surface} surface */
export const blockNodes = (blocks, surface) => {
  const continued = continuedIn(blocks);
  return blocks.map((block) => blockNode(block, surface, continued));
};
