import { canonical, type Json } from '#domain/json.ts';
import { ours } from './our-emoji.ts';
import { lettersOf, unescaped } from './slack-text.ts';

/** What a message or a view shows: as it is posted, or as Slack gives it back with a click. */
export type Surface = { readonly text?: string | undefined; readonly blocks: unknown };

/**
 * All that a surface shows, as one text that is the same before it is posted and however Slack gives it back: words, links, people,
 * dates, pictures, styles, buttons with what they say, ask and carry, in their order. Slack adds ids of blocks and defaults, splits
 * and joins pieces of text, and writes emoji and entities otherwise. What is not known here counts as it stands, unless it says nothing:
 * a field that Slack adds tomorrow makes a difference, and none that somebody adds today is overlooked. `plainly` reads the value of a button.
 */
export const whatShows = ({ text = '', blocks }: Surface, plainly: (value: string) => string): string =>
  canonical({ text: lettersOf(text), blocks: shownBy(blocks, plainly) });

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Slack nests no deeper than half of this. */
const deepest = 20;

const shownBy = (value: unknown, plainly: (value: string) => string, key = '', depth = 0): Json => {
  if (depth > deepest) return 'nested too deep';
  if (typeof value === 'string') return key === 'value' ? plainly(value) : value;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map((one) => shownBy(one, plainly, '', depth + 1));
  if (!isFields(value)) return null;
  const shown: Record<string, Json> = {};
  for (const [name, field] of Object.entries(worded(value, key))) {
    const said = shownBy(field, plainly, name, depth + 1);
    if (!saysNothing(said)) shown[name] = said;
  }
  return shown;
};

/** Defaults that Slack writes out: `indent: 0`, `verbatim: false`, a style without any. */
const saysNothing = (value: Json): boolean =>
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** The fields of one object, with its words as they are read. */
const worded = ({ block_id: _, ...fields }: Fields, key: string): Fields => {
  const { type, text } = fields;
  switch (type) {
    case 'plain_text': {
      const { emoji, ...rest } = fields;
      return { ...rest, text: typeof text === 'string' ? plainWords(text) : text, isLetters: emoji === false };
    }
    case 'mrkdwn':
      return { ...fields, text: typeof text === 'string' ? markup(text) : text };
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted':
      return { ...fields, elements: Array.isArray(fields.elements) ? runsOf(fields.elements) : fields.elements };
    case undefined:
      // A dialog's button is green where nothing else is said (docs.slack.dev/reference/block-kit/composition-objects).
      return key === 'confirm' && fields.style === 'primary' ? { ...fields, style: '' } : fields;
    default:
      return fields;
  }
};

const name = /:([a-z+-][a-z0-9_+'-]*):/g;
/** Stands for an emoji that is none of ours: where Slack gives it back by its name alone, it cannot be told which it is. */
const another = '\u{1f5bc}';

const plainWords = (text: string): string =>
  even(unescaped(text).replace(name, (all, known: string) => ours.get(known) ?? all)).trim();

/** What people and clusters say is written there such that it holds no `:name:`, and entities that mean themselves. */
const markup = (text: string): string =>
  even(text.replace(/&(?!amp;|lt;|gt;)/g, '&amp;'))
    .replace(emojis, (one) => emojiOf(one))
    .replace(name, (_, known: string) => (known.startsWith('skin-tone-') ? '' : (ours.get(known) ?? another)))
    .trim();

/** Without what colours an emoji, and with letters put together in one way. */
const even = (text: string): string => text.replace(/[\ufe0f\u{1f3fb}-\u{1f3ff}]/gu, '').normalize('NFC');

const known = new Set(ours.values());
const emojiOf = (emoji: string): string => (known.has(emoji) ? emoji : another);
const emojis = /\p{RGI_Emoji}|\p{Extended_Pictographic}|\p{Emoji_Presentation}/gv;

/** Text in pieces as long as their style is one; each emoji by itself, for Slack styles none. */
const runsOf = (elements: readonly unknown[]): readonly Json[] => {
  const runs: { readonly style: string; words: string }[] = [];
  const add = (words: string, style: string): void => {
    const last = runs.at(-1);
    if (last?.style === style) last.words += words;
    else runs.push({ style, words });
  };
  for (const element of elements) {
    if (isText(element)) {
      const style = styleOf(element.style);
      let from = 0;
      const words = even(unescaped(element.text));
      for (const found of words.matchAll(emojis)) {
        if (found.index > from) add(words.slice(from, found.index), style);
        add(emojiOf(found[0]), 'emoji');
        from = found.index + found[0].length;
      }
      if (from < words.length) add(words.slice(from), style);
    } else if (
      isFields(element) &&
      element.type === 'emoji' &&
      hasOnly(element, ['type', 'name', 'unicode', 'style'])
    ) {
      add(ours.get(String(element.name)) ?? another, 'emoji');
    } else {
      runs.push({ style: 'element', words: canonical(shownBy(element, String)) });
    }
  }
  return runs;
};

const isText = (element: unknown): element is { readonly text: string; readonly style?: unknown } =>
  isFields(element) &&
  element.type === 'text' &&
  typeof element.text === 'string' &&
  hasOnly(element, ['type', 'text', 'style']);

const hasOnly = (element: Fields, fields: readonly string[]): boolean =>
  Object.keys(element).every((field) => fields.includes(field));

const styleOf = (style: unknown): string => `style ${canonical(shownBy(style ?? {}, String))}`;
