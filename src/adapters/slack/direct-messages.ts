import type { PersonId } from '#domain/ids.ts';
import type { AccessProbe } from '#domain/plan.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { bold, code, date, line, markupOf, mrkdwn, type Piece, quote, richText, user } from './blocks.ts';
import { type Message, titleOf } from './card.ts';
import { excerpt } from './excerpt.ts';
import { link } from './mrkdwn.ts';
import { briefly, stillAllowed } from './status-line.ts';
import { threadEvent } from './thread.ts';

export type DirectMessage = Message & { readonly to: PersonId; readonly version: number };

/** What a direct message says: the news, and what somebody typed about it. */
type News = { readonly pieces: readonly Piece[]; readonly words?: string };

/**
 * The direct messages that a request's log calls for: at each turn one to the requester and one to the subject, none to
 * whoever did it. Only the newest turn is told: who comes late to it reads how it stands, not its history.
 */
export const directMessages = (
  chain: Chain,
  description?: Description,
  permalink?: string,
): readonly DirectMessage[] => {
  const { asked } = chain.request;
  const people = [...new Set([asked.requester, asked.subject])];
  const entry = chain.entries.findLast(({ event }) => turns.includes(event.type));
  if (entry === undefined) return [];
  return people.flatMap((to) => {
    const news = newsFor(to, entry, chain);
    return news === undefined ? [] : [compose(to, entry, chain, news, description, permalink)];
  });
};

const turns: readonly string[] = [
  'submitted',
  'approved',
  'withdrawn',
  'denied',
  'timed-out',
  'activated',
  'lapsed',
  'failed',
  'ended',
];

const compose = (
  to: PersonId,
  entry: Entry,
  chain: Chain,
  { pieces, words }: News,
  description?: Description,
  permalink?: string,
): DirectMessage => {
  const { asked } = chain.request;
  const title = titleOf(chain, description);
  const about = [` · ${cut(oneLine(asked.cluster), 80)} · ${asked.id}`];
  const shown =
    words === undefined || words === '' ? [] : [quote(excerpt(words, { characters: 1_500, lines: 30 }).shown)];
  const where = permalink === undefined ? `\`/jit show ${asked.id}\`` : link(permalink, 'its card and thread');
  return {
    to,
    version: entry.version,
    text: mrkdwn(markupOf([...pieces, ` (${title}, ${asked.id})`]), 1_000).text,
    blocks: [
      richText(line(...pieces), ...shown, line(bold(title), ...about)),
      { type: 'context', elements: [mrkdwn(where, 1_000)] },
    ],
    metadata: {
      event_type: threadEvent,
      event_payload: { request: asked.id, version: entry.version, hash: entry.hash },
    },
  };
};

/** What one person should know of a turn; undefined when they did it, or need not know. */
const newsFor = (to: PersonId, { event }: Entry, chain: Chain): News | undefined => {
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
        ? { pieces: ['✅ ', ...whose, ' works now, until ', date(event.expiresAt), '.', ...tryIt(mine, event.proofs)] }
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
      return undefined;
  }
};

const endNews = (to: PersonId, whose: readonly Piece[], { request: { state }, entries }: Chain): News | undefined => {
  if (state.status !== 'revoked') return undefined;
  const rest = stillAllowed(state.proofs).length > 0 ? ' Something else still allows it; the thread says what.' : '';
  if (state.cause === 'expired') return { pieces: ['🔒 ', ...whose, ` has ended: its time is over.${rest}`] };
  if (state.endedBy === undefined || state.endedBy === to) return undefined;
  const asked = entries.findLast(({ event }) => event.type === 'end-requested')?.event;
  const words = asked?.type === 'end-requested' ? asked.reason : '';
  const how = state.cause === 'done' ? ' gave it back.' : ' revoked it.';
  return { pieces: ['🔒 ', ...whose, ' has ended: ', user(state.endedBy), `${how}${rest}`], words };
};

/** A command that shows at once that it works: it asks the API server what the confirmation asked. */
const tryIt = (mine: boolean, [probe]: readonly AccessProbe[]): readonly Piece[] => {
  if (!mine || probe === undefined) return [];
  const { verb, group, resource, subresource, namespace, name } = probe;
  const target = [[resource, group].filter((part) => part !== '').join('.'), name]
    .filter((part) => part !== undefined)
    .join('/');
  const words = [
    'kubectl auth can-i',
    verb,
    target,
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
    ...(namespace === undefined ? [] : ['-n', namespace]),
  ];
  return [' Try: ', code(cut(oneLine(words.join(' ')), 400))];
};
