import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import { escapeText } from './mrkdwn.ts';

/**
 * Blocks as Slack gives them back with what people do, which is not as they were sent: defaults are written out, emoji are names or
 * elements of their own, plain text is escaped, pieces of text are split, and keys come in another order. Where it is not known what
 * Slack does, the nastiest that shows the same.
 */
export const givenBack = (blocks: readonly StoredBlock[]): readonly unknown[] => blocks.map((block) => again(block));

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const again = (value: unknown, key = ''): unknown => {
  if (Array.isArray(value)) return value.map((one) => again(one));
  if (!isFields(value)) return value;
  const inside = Object.entries(written(value, key)).map(([name, field]) => [name, again(field, name)] as const);
  return Object.fromEntries(inside.toReversed());
};

const written = (fields: Fields, key: string): Fields => {
  const { type, text } = fields;
  switch (type) {
    case 'plain_text':
      return { emoji: true, ...fields, text: namedEmoji(escapeText(String(text))) };
    case 'mrkdwn':
      return { verbatim: false, ...fields, text: namedEmoji(String(text)) };
    case 'rich_text_section':
      return { ...fields, elements: split(fields.elements) };
    case 'rich_text_preformatted':
    case 'rich_text_quote':
      return { border: 0, ...fields, elements: split(fields.elements) };
    case 'rich_text_list':
      return { indent: 0, offset: 0, border: 0, ...fields };
    case 'section':
      return { expand: false, ...fields };
    case undefined:
      return key === 'confirm' ? { style: 'primary', ...fields } : fields;
    default:
      return fields;
  }
};

/** Text in pieces of a line, and each emoji as an element. */
const split = (elements: unknown): readonly unknown[] =>
  (Array.isArray(elements) ? elements : []).flatMap((element: unknown) => {
    if (!isFields(element) || element.type !== 'text') return [element];
    const pieces = String(element.text).split(/(\p{Extended_Pictographic}\ufe0f?)|(?<=\n)/u);
    return pieces.flatMap((piece): readonly Fields[] => {
      if (piece === undefined || piece === '') return [];
      const name = nameOf(piece);
      return name === undefined
        ? [{ ...element, text: piece }]
        : [{ type: 'emoji', name, unicode: piece.codePointAt(0)?.toString(16) }];
    });
  });

/** As it stands in texts, in the place of the character. */
export const namedEmoji = (text: string): string =>
  text.replace(/\p{Extended_Pictographic}\ufe0f?/gu, (emoji) => {
    const name = nameOf(emoji);
    return name === undefined ? emoji : `:${name}:`;
  });

const nameOf = (emoji: string): string | undefined => names.get(emoji.replace('\ufe0f', ''));

/** Slack's names of some, those of other makers among them (docs.slack.dev does not list them; they are those of emoji-data). */
const names: ReadonlyMap<string, string> = new Map([
  ['✋', 'hand'],
  ['👍', '+1'],
  ['☑', 'ballot_box_with_check'],
  ['⛔', 'no_entry'],
  ['👌', 'ok_hand'],
  ['📝', 'memo'],
  ['↩', 'leftwards_arrow_with_hook'],
  ['↪', 'arrow_right_hook'],
  ['✔', 'heavy_check_mark'],
  ['⏰', 'alarm_clock'],
  ['📣', 'mega'],
  ['⚠', 'warning'],
  ['⌛', 'hourglass'],
  ['✅', 'white_check_mark'],
  ['✍', 'writing_hand'],
  ['🔎', 'mag_right'],
  ['🔁', 'repeat'],
  ['👁', 'eye'],
  ['⏩', 'fast_forward'],
  ['🔒', 'lock'],
  ['✏', 'pencil2'],
  ['🚨', 'rotating_light'],
  ['🔴', 'red_circle'],
  ['🟠', 'large_orange_circle'],
  ['🟡', 'large_yellow_circle'],
  ['⏳', 'hourglass_flowing_sand'],
  ['🔥', 'fire'],
  ['🎉', 'tada'],
  ['😀', 'grinning'],
  ['🚀', 'rocket'],
]);
