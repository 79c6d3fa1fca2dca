import type { RichTextBlockElement } from '@slack/types';
import type { PersonId } from '#domain/ids.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { type RolledOut, type Rollout, stuckIn } from '#domain/request/rollout.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, bullets, line, type Piece } from './blocks.ts';
import { counted, cutMiddle, fitting, more } from './excerpt.ts';
import type { News } from './news.ts';
import { sayLength } from './nouns.ts';

/** Whether pods did not come through after what was written, as far as that is known, and it still is in force. */
export const isStuck = (state: State): boolean =>
  (state.status === 'completed' || state.status === 'active') &&
  state.rolledOut !== undefined &&
  stuckIn(state.rolledOut).length > 0;

/** What became of the pods, for the thread: whose are through, or first of all whose are not. */
export const rolledSentence = (event: RolledOut): readonly Piece[] => {
  const stuck = stuckIn(event);
  const { rollouts, seconds } = event;
  if (stuck.length === 0)
    return ['🟢 ', bold('Rolled out'), ` after ${sayLength(Math.max(1, seconds))}: ${which(rollouts)}`];
  const of = rollouts.length === 1 ? '' : ` (${stuck.length} of ${rollouts.length} workloads)`;
  return ['⚠️ ', bold('Written, but not rolled out'), `${of}: ${which(stuck)}`];
};

/** The only one with what is known of it; more than one by their number, for a list says the rest. */
const which = (rollouts: readonly Rollout[]): string => {
  const [first, second] = rollouts;
  if (first === undefined || second !== undefined) return counted(rollouts.length, 'workload');
  return sayRollout(first);
};

/** `Deployment shop/web: 3 of 3 pods ready, all of its newest template`. */
const sayRollout = ({ target, how, wanted = 0, ready = 0, updated = 0, why }: Rollout): string => {
  const name = cutMiddle(oneLine(sayTarget(target)), 200);
  const pods = `${ready} of ${wanted} pod${wanted === 1 ? '' : 's'} ready, ${updated >= wanted ? 'all' : updated} of its newest template`;
  switch (how) {
    case 'complete':
      return wanted === 0 ? `${name}: no pods, as it shall be` : `${name}: ${pods}`;
    case 'stalled':
      return `${name} has given up: ${pods}${why === undefined ? '' : `. ${cut(oneLine(why), 300)}`}`;
    case 'unfinished':
      return `${name} is still not through: ${pods}`;
    case 'held-back':
      return `${name} does not replace its pods by itself: ${pods}`;
    case 'gone':
      return `${name} is not there any more`;
    case 'unread':
      return `${name} could not be looked at`;
  }
};

/** Each of them, those that are not through first; nothing where the sentence has said all. */
export const rolloutList = (
  rollouts: readonly Rollout[],
  characters: number,
  beyond = 0,
): readonly RichTextBlockElement[] => {
  if (rollouts.length === 1 && beyond === 0) return [];
  const stuck = stuckIn({ rollouts });
  const all = [...stuck, ...rollouts.filter((one) => !stuck.includes(one))];
  const { kept, left } = fitting(all.map(sayRollout), characters);
  return [
    bullets([
      ...kept.map((one): readonly Piece[] => [one]),
      ...(left === 0 ? [] : [[`and ${more(left, 'workload')}, in the log`]]),
      ...(beyond === 0 ? [] : [[`${beyond} more were not looked after`]]),
    ]),
  ];
};

/** The same on a card, in one line. */
export const rolloutOnCard = (state: State, characters: number): readonly RichTextBlockElement[] => {
  if ((state.status !== 'completed' && state.status !== 'active') || state.rolledOut === undefined) return [];
  const stuck = isStuck(state) ? rolloutList(stuckIn(state.rolledOut), characters) : [];
  return [line(...rolledSentence(state.rolledOut)), ...stuck];
};

/** Whoever asked has to do something about it; that it is through they see on the card. */
export const stuckNews = (
  to: PersonId,
  event: RolledOut,
  { requester }: Asked,
  whose: readonly Piece[],
): News | undefined => {
  const stuck = stuckIn(event);
  return to !== requester || stuck.length === 0
    ? undefined
    : { pieces: ['⚠️ ', ...whose, ` is written, but its pods did not come through: ${which(stuck)}.`] };
};
