import type { RichTextBlockElement } from '@slack/types';
import { type PersonId, personId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { isKept } from '#domain/request/misuse.ts';
import type { Asked, State, Tripped } from '#domain/request/request.ts';
import { tripOf, whyTripped } from '#domain/request/watched.ts';
import { cut, oneLine } from '#domain/text.ts';
import { isAboutPerson, mostEvidence, saySuspicion, type WatchRule } from '#domain/watch/suspicion.ts';
import { bold, bullets, code, line, type Piece, user } from './blocks.ts';
import { fitting, more } from './excerpt.ts';
import type { Mention } from './mentions.ts';
import { endedEarly, lookAtIt, wasItYou } from './misuse.ts';
import type { News } from './news.ts';

/** What was seen, each on a line of its own. */
export const evidenceLines = (
  { rule, evidence }: Pick<Tripped, 'rule' | 'evidence'>,
  characters: number,
): readonly RichTextBlockElement[] => {
  if (evidence.length === 0) return [];
  const { kept, left } = fitting(evidence.map(sayLine), characters);
  const rest = left === 0 ? [] : [[`and ${more(left, 'line')}, in the thread`]];
  return [bullets([...kept.map((one) => (isAboutPerson(rule) ? named(one) : [one])), ...rest])];
};

/** Whom it is about, by their name. */
export const named = (text: string): readonly Piece[] => {
  const [before = '', id, after = ''] = text.split(/(?<=\bSlack (?:said|says) that )([UW][A-Z0-9]{2,20})(?=,)/);
  const who = personId.safeParse(id);
  return who.success ? [before, user(who.data), after] : [text];
};

const sayLine = (text: string): string => cut(oneLine(text), mostEvidence.characters);

/** What looked wrong and what comes of it, for its thread. */
export const trippedSentence = (
  { rule, does }: Tripped,
  asked: Asked,
  mention: Mention,
  groups?: readonly string[],
): readonly Piece[] => {
  const look = lookAtIt(asked, mention, groups);
  const seen: readonly Piece[] = [`: ${saySuspicion[rule]} (`, code(rule), '). '];
  if (does === 'revoke')
    return ['🚨 ', bold('Ended early'), ...seen, 'The grant of ', user(asked.subject), ' is ended for it', ...look];
  const why = staysFor(rule, asked);
  return ['👀 ', bold('Worth a look'), ...seen, `It stays in force${why}; revoke it if this is wrong`, ...look];
};

/** Nothing that is done in an emergency ends what was taken for it; who has left has no emergency. */
const staysFor = (rule: WatchRule, asked: Asked): string =>
  isKept(asked) && !isAboutPerson(rule) ? ', because it was taken by break-glass' : '';

/** The last of it, on the card of a grant. */
export const trippedOnCard = (state: State, characters: number): readonly RichTextBlockElement[] => {
  const last = tripOf(state);
  if (last === undefined) return [];
  const sign = last.does === 'revoke' ? '🚨 ' : '👀 ';
  return [line(sign, capital(saySuspicion[last.rule]), '.'), ...evidenceLines(last, characters)];
};

/** Whose grant stays is told what was seen: it may have been somebody else in their name. */
export const warnedNews = (
  to: PersonId,
  event: Extract<RequestEvent, { type: 'tripped' }>,
  { request: { asked } }: Chain,
  whose: readonly Piece[],
): News | undefined =>
  event.does === 'revoke'
    ? undefined
    : {
        pieces: [
          '👀 ',
          ...whose,
          ` stays in force${staysFor(event.rule, asked)}, but ${saySuspicion[event.rule]}.`,
          ...(isAboutPerson(event.rule) ? [] : wasItYou(to, asked)),
        ],
        words: event.evidence.map(sayLine).join('\n'),
      };

/** Why a grant is gone, for its people and for those who had agreed to it. Nobody reads it whose account is closed. */
export const trippedNews = (
  to: PersonId,
  whose: readonly Piece[],
  state: Extract<State, { status: 'revoked' }>,
  rest: readonly Piece[],
  asked: Asked,
): News | undefined => {
  const last = tripOf(state);
  if (last?.rule === 'slack-deactivated' && last.about?.includes(to)) return undefined;
  const words = (last?.evidence ?? []).map(sayLine).join('\n');
  const hasLeft = last?.rule === 'left-groups' && to === asked.requester;
  const why = [
    hasLeft ? 'you have left the groups that may ask for it' : (whyTripped(state) ?? 'something looked wrong'),
  ];
  const after = last !== undefined && isAboutPerson(last.rule) ? askWhenBack(to, asked, last) : undefined;
  return { pieces: endedEarly(to, whose, asked, why, rest, after), words };
};

/** Nobody was it, and to ask anew is of use only for who may ask again. */
const askWhenBack = (to: PersonId, { id, requester }: Asked, { rule }: Tripped): readonly Piece[] =>
  rule === 'left-groups' && to === requester
    ? [
        ' Once you are in one of them again, you may ask for the same anew: ',
        code(`/jit again ${id} because …`),
        '. It has to be approved again.',
      ]
    : [];

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
