import type { PersonId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { bold, date, type Piece, user } from './blocks.ts';
import { ownersButtons } from './card-buttons.ts';
import { briefly } from './excerpt.ts';
import type { Moment, News } from './news.ts';
import type { Noun } from './nouns.ts';

/** Told only while it is true: nothing of what is over, being ended, or waits to be settled. */
export const warningNews = (
  { request: { asked, state } }: Chain,
  whose: readonly Piece[],
  moment?: Moment,
): News | undefined => {
  if (moment === undefined) return undefined;
  const { now, mayGoOn, waiting } = moment;
  if (state.status !== 'active' || state.ending !== undefined || state.conflict !== undefined) return undefined;
  const seconds = state.expiresAt.since(now).total('seconds');
  if (seconds <= 0) return undefined;
  const left = seconds < 60 ? 'less than a minute' : `${Math.round(seconds / 60)} min`;
  const next: readonly Piece[] =
    waiting === undefined ? [] : [' That it goes on is asked for, as ', bold(waiting), '.'];
  return {
    pieces: ['⏰ ', ...whose, ' ', bold(`ends in ${left}`), ', ', date(state.expiresAt), '.', ...next],
    buttons: ownersButtons(asked, mayGoOn && waiting === undefined),
  };
};

/** Who asked for it to go on and whom it is for are told by what it goes on as; what else allows it, everybody is. */
export const extendedNews = (
  to: PersonId,
  whose: readonly Piece[],
  { endedBy, extension }: Extract<State, { status: 'revoked' }>,
  rest: readonly Piece[],
  { subject }: Asked,
): News | undefined => {
  if (rest.length === 0 && (to === endedBy || to === subject)) return undefined;
  const who: readonly Piece[] = endedBy === undefined ? [] : [' ', user(endedBy), ' had it extended.'];
  const as = extension === undefined ? [] : [' as ', bold(extension)];
  return { pieces: ['⏩ ', ...whose, ' goes on', ...as, '.', ...who, ...rest] };
};

type Nothing = Extract<RequestEvent, { type: 'denied' | 'timed-out' | 'lapsed' | 'failed' }>;
export const comesToNothing = (event: RequestEvent): event is Nothing =>
  event.type === 'denied' || event.type === 'timed-out' || event.type === 'lapsed' || event.type === 'failed';

/** Nothing came of an extension: nobody is to think that what they have is gone. */
export const noExtensionNews = (
  to: PersonId,
  event: Nothing,
  { subject, extends: before }: Asked,
  noun: Noun,
): News | undefined => {
  const whose: readonly Piece[] =
    to === subject ? [`your ${noun} goes on`] : [`the ${noun} you asked for, for `, user(subject), ', goes on'];
  const stays: readonly Piece[] = before === undefined ? [] : [' ', bold(before.request), ' stays as it is.'];
  switch (event.type) {
    case 'denied':
      if (event.by === to) return undefined;
      return {
        pieces: ['⛔ ', user(event.by), ' ', bold('denied'), ' that ', ...whose, '.', ...stays],
        words: event.reason,
      };
    case 'timed-out':
      return {
        pieces: ['⌛ ', bold('Timed out'), ': nobody decided in time whether ', ...whose, '.', ...stays],
      };
    case 'lapsed':
    case 'failed':
      return { pieces: ['⚠️ That ', ...whose, ` was approved but came to nothing. ${briefly(event.why)}`] };
  }
};
