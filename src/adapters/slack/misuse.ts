import type { RichTextBlockElement } from '@slack/types';
import type { PersonId } from '#domain/ids.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Chain, Entry } from '#domain/request/chain.ts';
import { isKept } from '#domain/request/misuse.ts';
import type { Asked, State, Tried } from '#domain/request/request.ts';
import { needsNobody } from '#domain/request/terms.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, bullets, code, line, type Piece, user } from './blocks.ts';
import { fitting, more } from './excerpt.ts';
import type { Mention } from './mentions.ts';
import type { News } from './news.ts';

type Revoked = Extract<State, { status: 'revoked' }>;

const verbs = { create: 'create', update: 'change', delete: 'delete' } as const;

/** `change Ingress shop/web (CRITICAL)`. */
const what = ({ operation, target, risk }: Tried): readonly Piece[] => [
  `${verbs[operation]} `,
  bold(cut(oneLine(sayTarget(target)), 200)),
  ` directly (${risk.toUpperCase()})`,
];

/** What of it was worse, each on a line of its own. */
export const worseLines = ({ findings }: Tried, characters: number): readonly RichTextBlockElement[] => {
  if (findings.length === 0) return [];
  const { kept, left } = fitting(
    findings.map((one) => cut(oneLine(one), 200)),
    characters,
  );
  return [bullets([...kept.map((one) => [one]), ...(left === 0 ? [] : [[`${more(left, 'finding')}, in the thread`]])])];
};

/** Where nobody agreed to a grant, those who may end it are told in its thread to look at what happened. */
export const lookAtIt = (
  { approval }: Asked,
  mention: Mention,
  groups: readonly string[] = approval.quorum.map(({ from }) => from),
): readonly Piece[] => (needsNobody(approval) ? ['. ', ...mention(groups), ': look at it'] : []);

/** What was tried and what became of it, for its thread. */
export const misusedSentence = (tried: Tried, asked: Asked, mention: Mention, groups?: readonly string[]) => {
  const look = lookAtIt(asked, mention, groups);
  const tries: readonly Piece[] = [user(asked.subject), ' tried to ', ...what(tried)];
  return isKept(asked)
    ? [
        '🚨 ',
        bold('Something worse than its card showed was tried'),
        ' under this grant: ',
        ...tries,
        '. It was refused. The grant stays, because it was taken by break-glass; revoke it if it is wrong',
        ...look,
      ]
    : [
        '🚨 ',
        bold('Ended early: used for something worse than its card showed'),
        ': ',
        ...tries,
        '. It was refused, and this grant is ended for it',
        ...look,
      ];
};

/** The same on the card, as long as it has a grant to speak of. */
export const triedOnCard = (asked: Asked, state: State, characters: number): readonly RichTextBlockElement[] => {
  if ((state.status !== 'active' && state.status !== 'revoked') || state.tried === undefined) return [];
  const stays = isKept(asked) ? '; the grant stays, because it was taken by break-glass' : '';
  const said = line('🚨 ', user(asked.subject), ' tried to ', ...what(state.tried), `. It was refused${stays}.`);
  return [said, ...worseLines(state.tried, characters)];
};

const wordsOf = ({ findings }: Tried): string => findings.map(oneLine).join('\n');

/** Of a grant that stays: whose it is would not know otherwise, if it was somebody else in their name. */
export const keptNews = (
  to: PersonId,
  tried: Extract<Entry['event'], { type: 'misused' }>,
  { request: { asked } }: Chain,
  whose: readonly Piece[],
): News | undefined =>
  isKept(asked)
    ? {
        pieces: [
          '🚨 ',
          ...triedBy(to, asked),
          ...what(tried),
          ', which is worse than the card of this grant showed. It was refused. ',
          ...whose,
          ' stays, because it was taken by break-glass; those who review it are told.',
          ...wasItYou(to, asked),
        ],
        words: wordsOf(tried),
      }
    : undefined;

/** Why a grant is gone, for its people and for those who had agreed to it, and how it is asked for anew. */
export const misusedNews = (
  to: PersonId,
  whose: readonly Piece[],
  { tried }: Revoked,
  rest: readonly Piece[],
  asked: Asked,
): News => {
  const why: readonly Piece[] =
    tried === undefined
      ? []
      : [': ', ...triedBy(to, asked, true), ...what(tried), '. That was refused, and nothing is changed by it'];
  return {
    pieces: endedEarly(to, whose, asked, ['it was used for something worse than its card showed', ...why], rest),
    ...(tried === undefined ? {} : { words: wordsOf(tried) }),
  };
};

/**
 * That a grant is gone and why, for one of its people or of those who had agreed to it, and how it is asked for anew. Nobody can
 * have been somebody else in what is about the person.
 */
export const endedEarly = (
  to: PersonId,
  whose: readonly Piece[],
  asked: Asked,
  why: readonly Piece[],
  rest: readonly Piece[],
  after: readonly Piece[] = [...wasItYou(to, asked), ...askAnew(to, asked)],
): readonly Piece[] => {
  const isOwn = to === asked.requester || to === asked.subject;
  const its: readonly Piece[] = isOwn ? whose : ['What you approved, for ', user(asked.subject), ','];
  return ['🚨 ', ...its, ' was ', bold('ended early'), ', because ', ...why, '.', ...rest, ...after];
};

/** Only whoever asked may ask for the same anew. */
const askAnew = (to: PersonId, { id, requester }: Asked): readonly Piece[] =>
  to === requester
    ? [' To ask for the same anew: ', code(`/jit again ${id} because …`), '. It has to be approved again.']
    : [];

const triedBy = (to: PersonId, { subject }: Asked, isInside = false): readonly Piece[] =>
  to === subject ? [isInside ? 'you tried to ' : 'You tried to '] : [user(subject), ' tried to '];

/** Whoever can write in somebody's name can have them lose what they hold. */
export const wasItYou = (to: PersonId, { subject }: Asked): readonly Piece[] =>
  to === subject ? [' Was it not you? Tell whoever keeps the cluster.'] : [];

/** Those who agreed to a grant learn that it ended so; of other ends they need not. */
export const toldToo = ({ event }: Entry, { request: { state } }: Chain): readonly PersonId[] =>
  event.type === 'ended' && (event.cause === 'misused' || event.cause === 'tripped') && state.status === 'revoked'
    ? state.by
    : [];
