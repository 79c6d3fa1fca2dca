import type { PersonId } from '#domain/ids.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import type { Proof } from '#domain/request/events.ts';
import { oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { bold, date, type Piece, user } from './blocks.ts';
import { cutMiddle, more } from './excerpt.ts';
import { stillAllowed } from './proofs.ts';
import { briefly } from './status-line.ts';
import { tryIt } from './try-it.ts';

/** What a direct message says: the news, and what somebody typed about it. */
export type News = { readonly pieces: readonly Piece[]; readonly words?: string };

/** What one person should know of a turn; undefined when they did it, or need not know. */
export const newsFor = (to: PersonId, { event }: Entry, chain: Chain, description?: Description): News | undefined => {
  const { asked, state } = chain.request;
  const mine = to === asked.subject;
  const whose: readonly Piece[] = mine ? ['Your access'] : ['The access you asked for, for ', user(asked.subject), ','];
  switch (event.type) {
    case 'submitted':
      return to === asked.requester
        ? undefined
        : {
            pieces: [user(asked.requester), ' asks for access for you. You will be told when it is decided.'],
            words: asked.reason,
          };
    case 'denied':
      return event.by === to
        ? undefined
        : {
            pieces: ['⛔ ', user(event.by), ' ', bold('denied'), mine ? ' access for you.' : ' what you asked for.'],
            words: event.reason,
          };
    case 'timed-out':
      return {
        pieces: [
          '⌛ ',
          bold('Timed out'),
          ': nobody decided in time. If it is still needed, it has to be asked for anew.',
        ],
      };
    case 'activated':
      return state.status === 'active'
        ? {
            pieces: [
              '✅ ',
              ...whose,
              ' works now, until ',
              date(event.expiresAt),
              '.',
              ...(mine ? tryIt(event.proofs, description) : []),
            ],
          }
        : undefined;
    case 'lapsed':
    case 'failed':
      return { pieces: ['⚠️ ', ...whose, ` was approved but not granted. ${briefly(event.why)}`] };
    case 'ended':
      return endNews(to, whose, chain);
    // Told when it works: "approved" alone lets nobody do anything. The thread has it.
    case 'approved':
    case 'withdrawn':
    case 'voted':
    case 'end-requested':
    case 'end-delayed':
    case 'revised':
    case 'seen':
    case 'completed':
    case 'followed':
    case 'conflicted':
    case 'settled':
      return undefined;
  }
};

const endNews = (to: PersonId, whose: readonly Piece[], { request: { state }, entries }: Chain): News | undefined => {
  if (state.status !== 'revoked') return undefined;
  const rest = stillThere(state.proofs);
  if (state.cause === 'expired') return { pieces: ['🔒 ', ...whose, ' has ended: its time is over.', ...rest] };
  if (state.endedBy === undefined || state.endedBy === to) return undefined;
  const asked = entries.findLast(({ event }) => event.type === 'end-requested')?.event;
  const words = asked?.type === 'end-requested' ? asked.reason : '';
  const how = state.cause === 'done' ? ' gave it back.' : ' revoked it.';
  return { pieces: ['🔒 ', ...whose, ' has ended: ', user(state.endedBy), how, ...rest], words };
};

/** What else allows it, in the authorizer's own words: they name the binding that somebody has to look at. */
const stillThere = (proofs: readonly Proof[]): readonly Piece[] => {
  const [first, ...rest] = stillAllowed(proofs);
  if (first === undefined) return [];
  const said = `${cutMiddle(oneLine(first.probe), 120)}. The API server says: ${cutMiddle(oneLine(first.stillAllowedBy), 300)}`;
  const others = rest.length === 0 ? '' : ` The thread has ${more(rest.length, 'answer')} of this sort.`;
  return [' ⚠️ ', bold('Something else still allows it'), `: ${said}.${others}`];
};
