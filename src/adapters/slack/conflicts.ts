import { sayTarget } from '#domain/plan.ts';
import type { Conflict } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, code, lines, type Piece } from './blocks.ts';
import { cutMiddle, more } from './excerpt.ts';

const mostShown = 10;
const widest = 1_200;
/** Shares of what one conflict has room for. */
const share = { target: 0.18, path: 0.24, value: 0.14, by: 0.15 };

/** Where somebody else changed what was to be taken back: what it was, what we made of it, what it is now, and by whom. */
export const conflictLines = (conflicts: readonly Conflict[], characters: number) => {
  const shown = conflicts.slice(0, mostShown);
  const each = Math.min(widest, Math.floor(characters / shown.length) - 60);
  const left = conflicts.length - shown.length;
  return lines([
    ...shown.flatMap((one) => placeLines(one, each)),
    ...(left === 0 ? [] : [[bold(more(left, 'place')), ', in the log']]),
  ]);
};

const placeLines = ({ target, path, before, applied, now, by }: Conflict, each: number) => {
  const value = (text: string): Piece => code(cut(oneLine(text), Math.floor(each * share.value)) || 'nothing');
  const place: readonly Piece[] = [
    '⚠️ ',
    bold(cutMiddle(oneLine(sayTarget(target)), Math.floor(each * share.target))),
    ' ',
    code(cutMiddle(oneLine(path), Math.floor(each * share.path)) || 'all of it'),
  ];
  const who = cut(managers(by), Math.floor(each * share.by));
  return [place, ['   before ', value(before)], ['   ours ', value(applied)], ['   now ', value(now), ` · by ${who}`]];
};

/** Field managers, as the API server names them. */
export const managers = (by: readonly string[]): string =>
  by.length === 0 ? 'nobody the API server names' : by.map(oneLine).join(', ');

/** `Ingress shop-front/shop in 2 places`, `3 places in 2 objects`. */
export const whereConflicts = (conflicts: readonly Conflict[]): string => {
  const targets = [...new Set(conflicts.map(({ target }) => oneLine(sayTarget(target))))];
  const places = `${conflicts.length} place${conflicts.length === 1 ? '' : 's'}`;
  return targets.length === 1
    ? `${cutMiddle(targets[0] ?? '', 160)} in ${places}`
    : `${places} in ${targets.length} objects`;
};
