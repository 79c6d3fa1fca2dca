import type { RichTextBlock } from '@slack/types';
import type { ReachLine } from '#domain/radius/radius.ts';
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
const room = { lines: 5, each: 300 };

/** What a request reaches, as it was found; none where there is nothing to tell. */
export const reachIn = (shown?: Shown): readonly ReachLine[] => (shown?.type === 'shown' ? shown.content.reach : []);

/** Whether a card leaves some of it out. */
export const hidesReach = (reach: readonly ReachLine[], characters: number): boolean =>
  reach.length > fitting(reach.slice(0, room.lines).map(textOf), characters).kept.length;

/** What becomes reachable, from where; the rest of it is behind `where`. */
export const reachBlock = (
  reach: readonly ReachLine[],
  characters: number,
  where: string,
): readonly RichTextBlock[] => {
  if (reach.length === 0) return [];
  const { kept } = fitting(reach.slice(0, room.lines).map(textOf), characters);
  const left = reach.length - kept.length;
  const hidden: readonly (readonly Piece[])[] =
    left === 0 ? [] : [[bold(more(left, 'line')), ` of what it reaches: ${where}`]];
  return [richText(lines([[bold('Reaches')], ...kept.map((text, index) => drawnLine(text, reach[index])), ...hidden]))];
};

const textOf = ({ text }: ReachLine): string => cut(oneLine(text), room.each);

const drawnLine = (text: string, one: ReachLine | undefined): readonly Piece[] => [
  bold(signs[one?.change ?? 'stays']),
  text,
];

/** All of it, for where there is room. */
export const reachLines = (reach: readonly ReachLine[]): readonly (readonly Piece[])[] =>
  reach.length === 0 ? [] : [[bold('Reaches')], ...reach.map((one) => drawnLine(oneLine(one.text), one))];

/** For the thread, as far as there is room. */
export const reachList = (reach: readonly ReachLine[], characters: number) => {
  if (reach.length === 0) return [];
  const { kept, left } = fitting(
    reach.map((one) => `${words[one.change]}${textOf(one)}`),
    characters,
  );
  const hidden = left === 0 ? [] : [[more(left, 'line')]];
  return [line(bold('Reaches')), bullets([...kept.map((text) => [text]), ...hidden])];
};

const words: Readonly<Record<ReachLine['change'], string>> = {
  opens: 'Opens: ',
  closes: 'Closes: ',
  stays: '',
  unseen: 'Not seen: ',
};
