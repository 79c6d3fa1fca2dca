import { ours } from './our-emoji.ts';
import { lettersOf, unescaped } from './slack-text.ts';

/**
 * What a message says, as one text that is the same before it is posted and however Slack gives it back: Slack adds block
 * ids, splits and joins pieces of text, turns emoji into elements or into `:names:`, and escapes or unescapes entities.
 */
export const readText = ({
  text = '',
  blocks = [],
}: {
  readonly text?: string | undefined;
  readonly blocks?: unknown;
}): string => [squeezed(wordsIn(blocks)), lettersOf(text)].join('\n');

/** Keys under which words stand that people read, in any block or element; in this order, whatever Slack's is. */
const wordKeys = ['text', 'fields', 'elements', 'accessory', 'title', 'alt_text', 'label', 'placeholder', 'element'];

const wordsIn = (value: unknown): string => {
  if (typeof value === 'string') return unescaped(value);
  if (Array.isArray(value)) return value.map(wordsIn).join('');
  if (typeof value !== 'object' || value === null) return '';
  const found = new Map<string, unknown>(Object.entries(value));
  const inside = wordKeys.filter((key) => found.has(key)).map((key) => wordsIn(found.get(key)));
  const { before, after } = aroundOf(found);
  return `${before}${inside.join(' ')}${after}`;
};

/** An element that says something beside its words, and where a new line begins. */
const aroundOf = (found: ReadonlyMap<string, unknown>): { readonly before: string; readonly after: string } => {
  const said = (key: string): string => String(found.get(key) ?? '');
  switch (said('type')) {
    case 'user':
      return { before: '', after: `@${said('user_id')}` };
    case 'usergroup':
      return { before: '', after: `@${said('usergroup_id')}` };
    case 'channel':
      return { before: '', after: `#${said('channel_id')}` };
    case 'broadcast':
      return { before: '', after: `@${said('range')}` };
    case 'date':
      return { before: '', after: `@${said('timestamp')}` };
    case 'emoji':
      return { before: '', after: emojiOf(said('name'), found.get('unicode')) };
    case 'link':
      return { before: '', after: `<${said('url')}>` };
    case 'image':
      return { before: ` [${said('image_url')} `, after: '] ' };
    case 'button':
      return { before: ' [', after: `] ${said('url')} ` };
    case 'rich_text_section':
    case 'rich_text_preformatted':
    case 'rich_text_quote':
    case 'rich_text_list':
    case 'section':
    case 'header':
    case 'context':
    case 'rich_text':
    case 'markdown':
      return { before: '\n', after: '\n' };
    default:
      return { before: '', after: '' };
  }
};

/** Slack names the code points of an emoji that is one of Unicode's; others are known by name alone. */
const emojiOf = (name: string, unicode: unknown): string => {
  const points = typeof unicode === 'string' ? unicode.split('-').map((one) => Number.parseInt(one, 16)) : [];
  const isUnicode = points.length > 0 && points.every((one) => one > 0 && one <= 0x10ffff);
  return isUnicode ? String.fromCodePoint(...points) : (ours.get(name) ?? `:${name}:`);
};

/** White space and what colours an emoji say nothing; names of our emoji are the emoji. */
const squeezed = (text: string): string =>
  text
    .replace(/:([a-z0-9_+'-]+):/g, (all, name: string) => ours.get(name) ?? all)
    .replaceAll('\ufe0f', '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
