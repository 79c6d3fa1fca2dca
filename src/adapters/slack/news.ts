import type { Button } from '@slack/types';
import type { PersonId, RequestId } from '#domain/ids.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import type { Proof } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { lacksReason, lengthOf, mayBeApplied } from '#domain/request/terms.ts';
import { oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { actions, buttonValue, drawnValue } from './action-ids.ts';
import { bold, button, code, date, type Piece, user } from './blocks.ts';
import { whereConflicts } from './conflicts.ts';
import { briefly, cutMiddle, more } from './excerpt.ts';
import { comesToNothing, extendedNews, noExtensionNews, warningNews } from './extension-news.ts';
import { keptNews, misusedNews } from './misuse.ts';
import { type Noun, sayHowLong, sayLength, wordsFor } from './nouns.ts';
import { goesOnAs, stillAllowed } from './proofs.ts';
import { revertedSummary } from './reverted.ts';
import { stuckNews } from './rollouts.ts';
import { brieflyUsed } from './summary.ts';
import { named, trippedNews, warnedNews } from './tripped.ts';
import { tryIt } from './try-it.ts';

/** What a direct message says: the news, and what somebody typed about it. */
export type News = { readonly pieces: readonly Piece[]; readonly words?: string; readonly buttons?: readonly Button[] };

/** What is not in the log: when it is told, and what makes sense by then. */
export type Moment = {
  readonly now: Temporal.Instant;
  /** Whether it makes sense to offer that it is extended. */
  readonly mayGoOn: boolean;
  /** The request that waits to go on from it. */
  readonly waiting?: RequestId | undefined;
  /** The line to type to ask for less the next time. */
  readonly offer?: string | undefined;
};

/** What one person should know of a turn; undefined when they did it, or need not know. Without a moment nobody is warned. */
export const newsFor = (
  to: PersonId,
  { event }: Entry,
  chain: Chain,
  description?: Description,
  moment?: Moment,
): News | undefined => {
  const { asked } = chain.request;
  const noun = description?.noun ?? 'access';
  const whose = whoseIs(to, asked, noun);
  if (asked.extends !== undefined && comesToNothing(event)) return noExtensionNews(to, event, asked, noun);
  switch (event.type) {
    case 'submitted':
      if (asked.held !== undefined) return heldNews(asked);
      return to === asked.requester
        ? undefined
        : {
            pieces: [
              user(asked.requester),
              asked.extends === undefined
                ? ` asks for ${withArticle(noun)} for you.`
                : ` asks for your ${noun} to go on for ${sayHowLong(asked)}.`,
              ' You will be told when it is decided.',
            ],
            words: asked.reason,
          };
    case 'denied':
      return event.by === to ? undefined : deniedNews(to, event, asked, noun);
    case 'timed-out':
      return {
        pieces: [
          '⌛ ',
          bold('Timed out'),
          ': nobody decided in time. If it is still needed, it has to be asked for anew.',
        ],
      };
    case 'revised':
      return to === asked.requester
        ? {
            pieces: [
              '🔁 ',
              ...whose,
              ` waits again, as revision ${event.revision}: ${withStop(briefly(event.why))} Earlier approvals do not count.`,
            ],
          }
        : undefined;
    case 'activated':
      return activeNews(to, event, chain, whose, description);
    case 'prolonged':
      return { pieces: ['⏩ ', ...whose, ' stays in force for longer, until ', date(event.expiresAt), '.'] };
    case 'completed':
      // The grant itself says so.
      if (asked.extends !== undefined) return undefined;
      return { pieces: ['✅ ', ...whose, ` is done, for good: the API server confirms it.`] };
    case 'lapsed':
    case 'withheld':
    case 'failed':
      return { pieces: ['⚠️ ', ...whose, ` was approved but ${notDone(noun)}. ${briefly(event.why)}`] };
    case 'followed':
      return { pieces: followedNews(chain, event.request, whose) };
    case 'conflicted':
      // Approvers see it on the card, which asks them; nobody else can do anything about it.
      return to === asked.requester && isOpen(chain)
        ? {
            pieces: [
              '⚠️ ',
              ...whose,
              ` could not be taken back whole: somebody else changed ${whereConflicts(event.conflicts)} meanwhile. An approver decides on the card what becomes of that.`,
            ],
          }
        : undefined;
    case 'reviewed':
      return to === asked.requester ? reviewedNews(event, whose) : undefined;
    case 'warned':
      return warningNews(chain, whose, moment);
    case 'ended':
      return endNews(to, whose, chain);
    case 'approved':
      return laterNews(chain, whose);
    case 'misused':
      return keptNews(to, event, chain, whose);
    case 'tripped':
      return warnedNews(to, event, chain, whose);
    case 'rolled-out':
      return stuckNews(to, event, asked, whose);
    case 'summed-up':
      return narrowerNews(to, event, asked, moment?.offer);
    case 'withdrawn':
      return event.why === undefined
        ? undefined
        : { pieces: ['↩️ ', ...whose, ' is not decided on any more. ', ...named(withStop(briefly(event.why)))] };
    // The thread has these.
    case 'explained':
    case 'conceded':
    case 'voted':
    case 'end-requested':
    case 'end-delayed':
    case 'seen':
    case 'settled':
    case 'extension-asked':
    case 'extended':
    case 'took-over':
    case 'reminded':
    case 'escalated':
    case 'confirmed':
    case 'used':
    case 'observed':
      return undefined;
  }
};

/** Told when it works: "approved" alone lets nobody do anything. What begins later is worth knowing before. */
const laterNews = ({ request: { asked, state }, entries }: Chain, whose: readonly Piece[]): News | undefined => {
  const { startsAt } = asked;
  if (state.status !== 'approved' || state.ending !== undefined) return undefined;
  if (asked.held !== undefined) return tryAgain(asked, state, entries.length);
  if (startsAt === undefined || Temporal.Instant.compare(startsAt, state.at) <= 0) return undefined;
  const length = lengthOf({ asked, state });
  return {
    pieces: [
      '☑️ ',
      ...whose,
      ' is approved, and begins ',
      date(startsAt),
      `, ${length === undefined ? '' : 'for '}${sayLength(length)}.`,
    ],
  };
};

/** They need not have seen what the API server answered; and where they did not write it, somebody else did in their name. */
const heldNews = (asked: Asked): News => ({
  pieces: [
    '✋ ',
    ...(asked.held?.writer === undefined
      ? ['Your write to ']
      : ['A write by ', bold(asked.held.writer), ', for which you answer, to ']),
    bold(asked.content?.targets.map(sayTarget).join(', ') ?? 'an object'),
    ' was held. You are told here once it is decided.',
    ...(lacksReason(asked) ? [' It did not say why, and whoever decides will want to know.'] : []),
    ...(asked.held?.writer === undefined ? [' Was it not you? Withdraw it, and tell whoever keeps the cluster.'] : []),
  ],
  buttons: lacksReason(asked)
    ? [button({ text: 'Say why', action: actions.explain, value: buttonValue(asked), style: 'primary' })]
    : [],
});

/** The one moment at which whoever wrote it has to do something. */
const tryAgain = (
  asked: Asked,
  { applyBy, confirmed }: Extract<State, { status: 'approved' }>,
  version: number,
): News | undefined => {
  if (confirmed !== undefined) return undefined;
  const again: readonly Piece[] = ['The same write is let through until ', date(applyBy)];
  if (asked.held?.writer !== undefined)
    return { pieces: ['☑️ What ', bold(asked.held.writer), ' wrote is ', bold('approved'), '. ', ...again, '.'] };
  const isOffered = mayBeApplied(asked);
  const value = buttonValue(asked);
  return {
    pieces: [
      '☑️ What you wrote is ',
      bold('approved'),
      '. ',
      ...again,
      isOffered ? ': do it again, or let Hallpass do it if it was you who wrote it.' : ': do it again.',
    ],
    buttons: isOffered
      ? [
          button({
            text: 'It is mine: apply it',
            action: actions.own,
            value: drawnValue(asked, version),
            style: 'primary',
          }),
          button({ text: 'I did not write it', action: actions.disown, value, style: 'danger' }),
        ]
      : [],
  };
};

/** The thread has the rest. */
const narrowerNews = (
  to: PersonId,
  { used }: Extract<Entry['event'], { type: 'summed-up' }>,
  { requester }: Asked,
  offer: string | undefined,
): News | undefined =>
  to !== requester || offer === undefined
    ? undefined
    : { pieces: ['📋 You used only: ', brieflyUsed(used), '. Next time this is enough: ', code(offer)] };

const isOpen = ({ request: { state } }: Chain): boolean => state.status === 'active' && state.settled === undefined;

/** `Your change`; what is for somebody else, with their name. */
const whoseIs = (to: PersonId, { subject }: Asked, noun: Noun): readonly Piece[] =>
  to === subject ? [`Your ${noun}`] : [`The ${noun} you asked for, for `, user(subject), ','];

const withArticle = (noun: Noun): string => (noun === 'access' ? noun : `${noun === 'opening' ? 'an' : 'a'} ${noun}`);

const notDone = (noun: Noun): string => {
  switch (noun) {
    case 'access':
      return 'not granted';
    case 'change':
      return 'not made';
    case 'opening':
      return 'not opened';
  }
};

const reviewedNews = (
  { by, finding, note }: Extract<Entry['event'], { type: 'reviewed' }>,
  whose: readonly Piece[],
): News => ({
  pieces:
    finding === 'justified'
      ? ['✔️ ', user(by), ' reviewed what you took by break-glass: it was right to.']
      : ['⚠️ ', ...whose, ' was taken by break-glass, and ', user(by), ' finds that you should have asked.'],
  words: note,
});

const deniedNews = (
  to: PersonId,
  { by, reason }: Extract<Entry['event'], { type: 'denied' }>,
  { subject }: Asked,
  noun: Noun,
): News => {
  const forYou = noun === 'access' ? ' access for you.' : ` your ${noun}.`;
  return {
    pieces: ['⛔ ', user(by), ' ', bold('denied'), to === subject ? forYou : ' what you asked for.'],
    words: reason,
  };
};

const activeNews = (
  to: PersonId,
  { expiresAt, proofs }: Extract<Entry['event'], { type: 'activated' }>,
  { request: { asked, state } }: Chain,
  whose: readonly Piece[],
  description?: Description,
): News | undefined => {
  if (state.status !== 'active') return undefined;
  const noun = description?.noun ?? 'access';
  if (asked.extends !== undefined) {
    const from = asked.extends.request;
    return {
      pieces: ['✅ ', ...whose, ' goes on without a break, until ', date(expiresAt), '. ', bold(from), ' is ended.'],
    };
  }
  const command = to === asked.subject && noun === 'access' ? tryIt(proofs, description) : [];
  return { pieces: ['✅ ', ...whose, ` ${wordsFor(noun).works}, until `, date(expiresAt), '.', ...command] };
};

/** Why it has to be asked for anew is told with it: who was not told of the one before reads it here. */
const followedNews = ({ request: { state } }: Chain, by: RequestId, whose: readonly Piece[]): readonly Piece[] => {
  const why = state.status === 'lapsed' ? ` ${withStop(briefly(state.why))}` : '';
  return ['↪️ ', ...whose, ` lapsed.${why} It is asked for anew as `, bold(by), ', and needs approval again.'];
};

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const endNews = (to: PersonId, whose: readonly Piece[], chain: Chain): News | undefined => {
  const { request, entries } = chain;
  const { asked, state } = request;
  if (state.status !== 'revoked') return undefined;
  const summary = revertedSummary(state.reverted, entries);
  const rest = [...(summary === '' ? [] : [` Taken back: ${summary}.`]), ...stillThere(state.proofs, goesOnAs(state))];
  if (state.cause === 'extended') return extendedNews(to, whose, state, rest, asked);
  if (state.cause === 'expired') return { pieces: ['🔒 ', ...whose, ' has ended: its time is over.', ...rest] };
  if (state.cause === 'misused') return misusedNews(to, whose, state, rest, asked);
  if (state.cause === 'tripped') return trippedNews(to, whose, state, rest, asked);
  if (state.cause === 'unsafe') {
    const why = withStop(briefly(state.why ?? 'it would have done other than was approved'));
    return { pieces: ['⚠️ ', ...whose, ' was ended early, because it was not safe any more: ', why, ...rest] };
  }
  if (state.endedBy === undefined || state.endedBy === to) return undefined;
  const wanted = entries.findLast(({ event }) => event.type === 'end-requested')?.event;
  const words = wanted?.type === 'end-requested' ? wanted.reason : '';
  const how = state.cause === 'done' ? ' gave it back.' : ' revoked it.';
  return { pieces: ['🔒 ', ...whose, ' has ended: ', user(state.endedBy), how, ...rest], words };
};

/** What else allows it, in the authorizer's own words: they name the binding that somebody has to look at. */
const stillThere = (proofs: readonly Proof[], goesOn?: RequestId): readonly Piece[] => {
  const [first, ...rest] = stillAllowed(proofs, goesOn);
  if (first === undefined) return [];
  const said = `${cutMiddle(oneLine(first.probe), 120)}. The API server says: ${cutMiddle(oneLine(first.stillAllowedBy), 300)}`;
  const others = rest.length === 0 ? '' : ` The thread has ${more(rest.length, 'answer')} of this sort.`;
  return [' ⚠️ ', bold('Something else still allows it'), `: ${said}.${others}`];
};
