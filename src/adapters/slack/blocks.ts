import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextList,
  RichTextQuote,
  RichTextSection,
  SectionBlock,
} from '@slack/types';
import { itself, type PersonId } from '#domain/ids.ts';
import { cut, visible } from '#domain/text.ts';
import { cutMarkup, dateFallback, dateFormat, epochSeconds, escaped } from './mrkdwn.ts';

/** Slack's limits in characters and pieces (docs.slack.dev/reference/block-kit); `message` is ours, see `charactersOf`. */
export const limits = {
  header: 150,
  section: 3000,
  button: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  contextElements: 10,
  actionElements: 25,
  /** Slack refuses a message whose blocks hold more than 11,000 to 13,000 characters together and documents no number. */
  messageCharacters: 10_000,
} as const;

/** `emoji: false` leaves `:white_check_mark:` as the letters that it is. */
export const plain = (text: string, limit: number) => ({
  type: 'plain_text' as const,
  text: cut(visible(text), limit) || '–',
  emoji: false,
});

/** `verbatim` keeps Slack from finding links and channel names in what stands there. */
export const mrkdwn = (text: string, limit: number) => ({
  type: 'mrkdwn' as const,
  text: cutMarkup(text, limit) || '–',
  verbatim: true,
});

export const header = (text: string): HeaderBlock => ({ type: 'header', text: plain(text, limits.header) });
export const section = (markup: string): SectionBlock => ({ type: 'section', text: mrkdwn(markup, limits.section) });
export const context = (...markup: readonly string[]): ContextBlock => ({
  type: 'context',
  elements: markup.slice(0, limits.contextElements).map((one) => mrkdwn(one, limits.section)),
});

export type ButtonSettings = {
  readonly text: string;
  readonly action: string;
  readonly value?: string;
  readonly style?: 'primary' | 'danger';
  /** `markup` is mrkdwn, which Slack takes there though its field list says plain text (docs.slack.dev, confirmation-dialog-object, the example). */
  readonly confirm?: {
    readonly title: string;
    readonly markup: string;
    readonly yes: string;
    readonly no: string;
    /** Red, for what nobody should do by habit. */
    readonly isDanger?: boolean;
  };
};

export const button = ({ text, action, value, style, confirm }: ButtonSettings): Button => ({
  type: 'button',
  text: plain(text, limits.button),
  action_id: action,
  ...(value === undefined ? {} : { value }),
  ...(style === undefined ? {} : { style }),
  ...(confirm === undefined
    ? {}
    : {
        confirm: {
          title: plain(confirm.title, limits.confirmTitle),
          text: mrkdwn(confirm.markup, limits.confirmText),
          confirm: plain(confirm.yes, limits.confirmButton),
          deny: plain(confirm.no, limits.confirmButton),
          ...(confirm.isDanger === true ? { style: 'danger' as const } : {}),
        },
      }),
});

export const actionRow = (buttons: readonly Button[]): ActionsBlock => ({
  type: 'actions',
  elements: buttons.slice(0, limits.actionElements),
});

/**
 * A piece of rich text: words, or an element. Words are shown letter by letter, whatever they hold: Slack reads no
 * markup, mention or emoji in them, so this is where text from outside belongs.
 */
export type Piece = string | RichTextElement;

const element = (piece: Piece): RichTextElement =>
  typeof piece === 'string' ? { type: 'text', text: visible(piece) } : piece;
/** Slack refuses empty text elements. */
const elements = (pieces: readonly Piece[]): RichTextElement[] =>
  pieces.map(element).filter((one) => one.type !== 'text' || one.text !== '');

export const bold = (text: string): Piece => ({ type: 'text', text: visible(text), style: { bold: true } });
export const code = (text: string): Piece => ({ type: 'text', text: visible(text), style: { code: true } });
export const user = (person: PersonId): Piece =>
  person === itself ? bold('Hallpass') : { type: 'user', user_id: person };
export const date = (instant: Temporal.Instant): Piece => ({
  type: 'date',
  timestamp: epochSeconds(instant),
  format: dateFormat,
  fallback: dateFallback(instant),
});
export const users = (people: readonly PersonId[]): readonly Piece[] =>
  people.flatMap((person, index) => (index === 0 ? [user(person)] : [' and ', user(person)]));

export const line = (...pieces: readonly Piece[]): RichTextSection => ({
  type: 'rich_text_section',
  elements: elements(pieces),
});
/** Several lines in one section: Slack puts no line break between two sections of its own. */
export const lines = (all: readonly (readonly Piece[])[]): RichTextSection =>
  line(...all.flatMap((pieces, index) => (index === 0 ? pieces : ['\n', ...pieces])));
export const quote = (text: string): RichTextQuote => ({ type: 'rich_text_quote', elements: elements([text || '–']) });
export const bullets = (lines: readonly (readonly Piece[])[]): RichTextList => ({
  type: 'rich_text_list',
  style: 'bullet',
  elements: lines.map((pieces) => line(...pieces)),
});
export const richText = (...parts: readonly RichTextBlockElement[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [...parts],
});

/** The same words as mrkdwn, for a message's `text` and for lists. */
export const markupOf = (pieces: readonly Piece[]): string => pieces.map(markup).join('');

const markup = (piece: Piece): string => {
  if (typeof piece === 'string') return escaped(piece);
  if (piece.type === 'user') return `<@${piece.user_id}>`;
  if (piece.type === 'usergroup') return `<!subteam^${piece.usergroup_id}>`;
  if (piece.type === 'date') return `<!date^${piece.timestamp}^${piece.format}|${piece.fallback ?? ''}>`;
  if (piece.type !== 'text') return '';
  return piece.style?.bold === true ? `*${escaped(piece.text)}*` : escaped(piece.text);
};

/** The characters of all blocks, as generously counted as Slack may: every string in them. */
export const charactersOf = (blocks: readonly KnownBlock[]): number =>
  blocks.reduce((sum, block) => sum + textIn(block), 0);

const shownKeys = new Set(['text', 'fallback', 'user_id', 'usergroup_id']);
const textIn = (value: unknown, key = ''): number => {
  if (typeof value === 'string') return shownKeys.has(key) ? value.length : 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + textIn(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, one]) => sum + textIn(one, name), 0);
};
