import { sayTarget } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Conflict } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, code, lines, type Piece } from './blocks.ts';
import { cutMiddle, fitting, more } from './excerpt.ts';

const mostShown = 10;
const widest = 1_200;
/** Shares of what one conflict has room for. */
const share = { target: 0.18, path: 0.24, value: 0.14, by: 0.15 };

/** Where somebody else changed what was to be taken back: what it was, what we made of it, what it is now, and which manager owns it. */
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
  return [
    place,
    ['   before ', value(before)],
    ['   ours ', value(applied)],
    ['   now ', value(now), ' · ', ...lastWritten(by, Math.floor(each * share.by))],
  ];
};

/**
 * A field manager is a name that its client chose, and the time that of its last write anywhere in the object: neither
 * says who changed this place.
 */
const lastWritten = (by: readonly string[], characters: number): readonly Piece[] => {
  if (by.length === 0) return [managers(by)];
  const { kept, left } = fitting(
    by.map((one) => cut(oneLine(one), characters)),
    characters + 2,
  );
  const names = kept.flatMap((one, index): readonly Piece[] => {
    const [, name = one, written = ''] = /^(.*?)( \(.*)$/.exec(one) ?? [];
    return [...(index === 0 ? [] : [', ']), code(name), written];
  });
  return [`last written by ${fieldManager(by)} `, ...names, ...(left === 0 ? [] : [` and ${left} more`])];
};

const fieldManager = (by: readonly string[]): string => (by.length === 1 ? 'field manager' : 'field managers');

/** Field managers, as the API server names them. */
export const managers = (by: readonly string[]): string =>
  by.length === 0
    ? 'last written by nobody the API server names'
    : `last written by ${fieldManager(by)} ${by.map(oneLine).join(', ')}`;

/** `Ingress shop-front/shop in 2 places`, `3 places in 2 objects`. */
export const whereConflicts = (conflicts: readonly Conflict[]): string => {
  const targets = [...new Set(conflicts.map(({ target }) => oneLine(sayTarget(target))))];
  const places = `${conflicts.length} place${conflicts.length === 1 ? '' : 's'}`;
  return targets.length === 1
    ? `${cutMiddle(targets[0] ?? '', 160)} in ${places}`
    : `${places} in ${targets.length} objects`;
};

/** What a person has to decide between; nothing where nobody has. */
export const conflictsIn = ({ request: { state } }: Pick<Chain, 'request'>): readonly Conflict[] =>
  state.status === 'active' ? (state.conflict?.conflicts ?? []) : [];
