import type { RichTextPreformatted } from '@slack/types';
import type { Content } from '#domain/content/content.ts';
import { firstPlaces } from '#domain/content/say.ts';
import { sayTarget } from '#domain/plan.ts';
import { oneLine, visible } from '#domain/text.ts';
import { bold, code, type Piece } from './blocks.ts';
import { cutMiddle } from './excerpt.ts';

export type Change = Content['changes'][number];

/** Slack takes no longer text in one piece; no number is documented for rich text, so that of a section is kept to. */
const perPart = 2_900;
/** Begins what is the rest of a line that is longer than a part. */
const goesOn = '↪ ';

/** The lines of a diff, hidden characters made visible; none of an empty one. */
export const linesOf = ({ diff }: Pick<Change, 'diff'>): readonly string[] =>
  diff === '' ? [] : visible(diff).split('\n');

const verbs = { create: 'Create', update: 'Change', delete: 'Delete' } as const;

/** `Change Ingress shop-front/shop  +3 −1`, without numbers where no diff is shown; the name is shortened in its middle. */
export const heading = ({ op, target, diff, added, removed }: Change, characters = 400): readonly Piece[] => {
  const counts = diff === '' ? '' : `  +${added} −${removed}`;
  const title = bold(cutMiddle(`${verbs[op]} ${oneLine(sayTarget(target))}`, characters - counts.length));
  return counts === '' ? [title] : [title, counts];
};

/** Where an object is changed, at most so many places in so many characters together: `at spec.replicas · and 2 more`. */
export const placesLine = ({ places = [] }: Change, room: PlacesRoom): readonly Piece[] => {
  const { first, left } = firstPlaces(places, room.places);
  const each = Math.floor(room.characters / Math.max(1, first.length));
  if (first.length + left === 0) return [];
  return [
    'at ',
    ...first.flatMap((place, index) => [...(index === 0 ? [] : [' · ']), code(cutMiddle(place, each))]),
    ...(left === 0 ? [] : [` and ${left} more`]),
  ];
};
export type PlacesRoom = { readonly places: number; readonly characters: number };

/** A heading, and below it where the change is, if that was noted. */
export const headed = (change: Change, room: PlacesRoom, ...title: readonly Piece[]): readonly (readonly Piece[])[] => {
  const places = placesLine(change, room);
  return places.length === 0 ? [title] : [title, places];
};

/** Rich text reads no markup: whatever the lines hold, they close no fence and mention nobody. */
export const preformatted = (text: string): RichTextPreformatted => ({
  type: 'rich_text_preformatted',
  elements: [{ type: 'text', text }],
});

/** Lines as texts within Slack's limit, broken at line ends; only a line that is longer itself is broken within. */
export const textsOf = (lines: readonly string[]): readonly string[] => {
  const texts: string[] = [];
  let open: string | undefined;
  for (const part of lines.flatMap(broken)) {
    const longer: string = open === undefined ? part : `${open}\n${part}`;
    if (open === undefined || longer.length <= perPart) {
      open = longer;
      continue;
    }
    texts.push(open);
    open = part;
  }
  return open === undefined ? texts : [...texts, open];
};

/** No character is split: `u` makes the dot a whole one. Slack refuses empty texts. */
const broken = (line: string): readonly string[] => {
  if (line.length <= perPart) return [line === '' ? ' ' : line];
  const parts = line.match(new RegExp(`.{1,${perPart / 2 - goesOn.length}}`, 'gsu')) ?? [];
  return parts.map((part, index) => (index === 0 ? part : `${goesOn}${part}`));
};

export const partsOf = (lines: readonly string[]): readonly RichTextPreformatted[] => textsOf(lines).map(preformatted);
