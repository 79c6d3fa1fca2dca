import type { RichTextBlock } from '@slack/types';
import { type Content, cardRoom } from '#domain/content/content.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Asked } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, lines, type Piece, richText } from './blocks.ts';
import { type Change, headed, heading, linesOf, partsOf } from './diff-lines.ts';
import { fitting, more } from './excerpt.ts';

export type Room = { readonly characters: number; readonly lines: number };

// Beside the diffs, for which `cardRoom` is: names of objects, and facts about them.
const headingRoom = { all: 1_600, least: 60, most: 160 };
const placesRoom = { all: 900, least: 40, most: 300, places: 3 };
/** So many objects have a heading; others are counted. */
export const mostNamed = 25;
/** Where no diff takes it, the facts have its room too. */
const noteRoom = { all: 500, withoutDiff: 500 + cardRoom.characters, each: 240 };

type Part = {
  readonly change: Change;
  /** What fits; the header among it, which the heading says already. */
  readonly shown: readonly string[];
  readonly drawn: readonly string[];
  readonly isWhole: boolean;
};

/** Whole lines from the first on, until one does not fit; nothing behind that one. */
const divide = (changes: readonly Change[], room: Room): readonly Part[] => {
  let { characters, lines: left } = room;
  let isFull = false;
  return changes.map((change) => {
    const all = linesOf(change);
    const shown = all.filter((one) => {
      characters -= one.length + 1;
      left -= 1;
      isFull ||= characters < 0 || left < 0;
      return !isFull;
    });
    return { change, shown, drawn: withoutHeader(change, shown), isWhole: shown.length === all.length };
  });
};

/** A header that names anything but the object of the heading stays to be seen. */
const withoutHeader = ({ target }: Change, lines: readonly string[]): readonly string[] => {
  const name = oneLine(sayTarget(target));
  const [before = '', after = ''] = lines;
  const isSaid =
    [`--- ${name}`, '--- (not there)'].includes(before) && [`+++ ${name}`, '+++ (deleted)'].includes(after);
  return isSaid ? lines.slice(2) : lines;
};

/**
 * What a request would do, as far as there is room: the facts, then for each object a heading and its diff, in whole lines; what does
 * not fit is counted, and where it is read is said.
 */
export const contentBlock = (
  content: Content,
  asked: Asked,
  isPending: boolean,
  room: Room = cardRoom,
): RichTextBlock => {
  const parts = divide(content.changes, room);
  const each = Math.floor(headingRoom.all / Math.max(1, parts.length));
  const length = Math.min(headingRoom.most, Math.max(headingRoom.least, each));
  const shared = Math.floor(placesRoom.all / Math.max(1, parts.length));
  const characters = Math.min(placesRoom.most, Math.max(placesRoom.least, shared));
  const titled = (change: Change) =>
    headed(change, { places: placesRoom.places, characters }, ...heading(change, length));
  // Names alone stand in one section, for Slack puts no line break between two.
  const withDiff = parts.slice(0, mostNamed).filter(({ drawn }) => drawn.length > 0);
  const named = parts.slice(0, mostNamed).filter(({ drawn }) => drawn.length === 0);
  const unnamed = parts.length - withDiff.length - named.length;
  const rest: readonly (readonly Piece[])[] = [
    ...named.flatMap(({ change }) => titled(change)),
    ...(unnamed === 0 ? [] : [[bold(more(unnamed, 'object'))]]),
    ...hiddenLine(parts, asked, isPending),
  ];
  // Whom it concerns comes before what is written: it is what one decides by. The empty line ends the section.
  const facts = notes(content);
  return richText(
    ...(facts.length === 0 ? [] : [lines([...facts, []])]),
    ...withDiff.flatMap(({ change, drawn }) => [lines(titled(change)), ...partsOf(drawn)]),
    ...(rest.length === 0 ? [] : [lines(rest)]),
  );
};

const hiddenLine = (
  parts: readonly Part[],
  { id, content: ref }: Asked,
  isPending: boolean,
): readonly (readonly Piece[])[] => {
  const all = parts.reduce((sum, { change }) => sum + change.diff.split('\n').length, 0);
  const shown = parts.reduce((sum, part) => sum + (part.isWhole && part.shown.length === 0 ? 1 : part.shown.length), 0);
  if (shown >= all) return [];
  const hidden = bold(`⚠️ ${all - shown} of ${all} lines are hidden`);
  if (!isPending) return [[hidden, ` · Full diff, or /jit diff ${id}, shows all`]];
  const need = ref?.fits === false ? 'an approval counts only after that' : 'read it before you decide';
  return [[hidden, ' · press ', bold('Full diff'), `: ${need} (/jit diff ${id} does the same)`]];
};

const notes = ({ notes: all, changes }: Content): readonly (readonly Piece[])[] => {
  const hasDiff = changes.some(({ diff }) => diff !== '');
  const { kept, left } = fitting(
    all.map((note) => cut(oneLine(note), noteRoom.each)),
    hasDiff ? noteRoom.all : noteRoom.withoutDiff,
  );
  const hidden = left === 0 ? [] : [[`and ${more(left, 'note')}, in ${hasDiff ? 'Full diff' : 'Details'}`]];
  return [...kept.map((note) => [`• ${note}`]), ...hidden];
};
