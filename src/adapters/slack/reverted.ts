import { sayTarget } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Reverted } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bullets, type Piece } from './blocks.ts';
import { managers } from './conflicts.ts';
import { cutMiddle, more } from './excerpt.ts';

const words: Readonly<Record<Reverted['how'], string>> = {
  restored: 'restored',
  removed: 'removed again',
  created: 'made again',
  already: 'taken back by somebody before',
  gone: 'gone meanwhile',
  kept: 'left as somebody else made it',
};
const order: readonly Reverted['how'][] = ['restored', 'removed', 'created', 'already', 'gone', 'kept'];

/** `2 objects restored, 1 left as last written by field manager kubectl-edit`; empty when nothing had to be taken back. */
export const revertedSummary = (all: readonly Reverted[], entries: Chain['entries'] = []): string =>
  order
    .map((how) => ({ how, count: all.filter((one) => one.how === how).length }))
    .filter(({ count }) => count > 0)
    .map(({ how, count }, index) => {
      const objects = index > 0 ? '' : ` object${count === 1 ? '' : 's'}`;
      return `${count}${objects} ${how === 'kept' ? keptWords(entries) : words[how]}`;
    })
    .join(', ');

/** Whose it is now stands in the last conflict. */
const keptWords = (entries: Chain['entries']): string => {
  const met = entries.findLast(({ event }) => event.type === 'conflicted')?.event;
  const by = met?.type === 'conflicted' ? [...new Set(met.conflicts.flatMap((one) => one.by))] : [];
  return by.length === 0 ? words.kept : `left as ${cut(managers(by), 150)}`;
};

/** What became of each object; at most twenty by name. */
export const revertedList = (all: readonly Reverted[]) => {
  const shown = all
    .slice(0, 20)
    .map(({ target, how }): readonly Piece[] => [`${cutMiddle(oneLine(sayTarget(target)), 140)}: ${words[how]}`]);
  return bullets(all.length > 20 ? [...shown, [`and ${more(all.length - 20, 'object')}, in the log`]] : shown);
};
