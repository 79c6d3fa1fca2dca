import type { RichTextBlock } from '@slack/types';
import { opensFirst, type ReachLine } from '#domain/radius/radius.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Shown } from '#use-cases/contents.ts';
import { bold, bullets, line, lines, type Piece, richText } from './blocks.ts';
import { fitting, more } from './excerpt.ts';

const signs: Readonly<Record<ReachLine['change'], string>> = {
  opens: '+ ',
  closes: '− ',
  stays: '• ',
  unseen: '? ',
};
const room = { lines: 5, unseen: 2, each: 300 };

/** What a request reaches, as it was found; none where there is nothing to tell. */
export const reachIn = (shown?: Shown): readonly ReachLine[] => (shown?.type === 'shown' ? shown.content.reach : []);

/** As many as a card has lines for: what opens first, with room for what could not be seen. */
const forCard = (reach: readonly ReachLine[], characters: number): readonly ReachLine[] => {
  const unseen = reach.filter(({ change }) => change === 'unseen').slice(0, room.unseen);
  const others = opensFirst(reach)
    .filter((one) => !unseen.includes(one))
    .slice(0, room.lines - unseen.length);
  const wanted = [...unseen, ...others];
  const { kept } = fitting(wanted.map(textOf), characters);
  const shown = wanted.slice(0, kept.length);
  return [...shown.filter((one) => !unseen.includes(one)), ...shown.filter((one) => unseen.includes(one))];
};

/** Whether a card leaves some of it out. */
export const hidesReach = (reach: readonly ReachLine[], characters: number): boolean =>
  reach.length > forCard(reach, characters).length;

/** What becomes reachable, from where; the rest of it is behind `where`. */
export const reachBlock = (
  reach: readonly ReachLine[],
  characters: number,
  where: string,
): readonly RichTextBlock[] => {
  if (reach.length === 0) return [];
  const shown = forCard(reach, characters);
  const left = reach.length - shown.length;
  const hidden: readonly (readonly Piece[])[] =
    left === 0 ? [] : [[bold(more(left, 'line')), ` of what it reaches: ${where}`]];
  return [richText(lines([[bold('Reaches')], ...shown.map((one) => drawnLine(textOf(one), one)), ...hidden]))];
};

const textOf = ({ text }: ReachLine): string => cut(oneLine(text), room.each);

const drawnLine = (text: string, { change }: ReachLine): readonly Piece[] => [bold(signs[change]), text];

/** All of it, for where there is room. */
export const reachLines = (reach: readonly ReachLine[]): readonly (readonly Piece[])[] =>
  reach.length === 0 ? [] : [[bold('Reaches')], ...reach.map((one) => drawnLine(oneLine(one.text), one))];

/** For the thread, as far as there is room. */
export const reachList = (reach: readonly ReachLine[], characters: number) => {
  if (reach.length === 0) return [];
  const { kept, left } = fitting(
    reach.map((one) => `${signs[one.change]}${textOf(one)}`),
    characters,
  );
  const hidden = left === 0 ? [] : [[more(left, 'line')]];
  return [line(bold('Reaches')), bullets([...kept.map((text) => [text]), ...hidden])];
};
