import type { RichTextBlock } from '@slack/types';
import { sayTarget } from '#domain/plan.ts';
import type { Drift } from '#domain/request/events.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import { bold, bullets, date, lines, type Piece, richText, user, users } from './blocks.ts';
import { briefly } from './excerpt.ts';

type Found = Pick<Asked, 'content'> & { readonly drift: Drift };

const happened: Readonly<Record<Drift['what'], string>> = {
  created: 'Created',
  changed: 'Changed',
  deleted: 'Deleted',
};

/** As in "Ingress shop". */
const objectOf = ({ content }: Pick<Asked, 'content'>): string => {
  const [target] = content?.targets ?? [];
  return target === undefined ? 'an object' : `${target.kind} ${target.name}`;
};

/** As in "Changed without a request: Ingress shop". Not escaped. */
export const driftTitle = (asked: Found): string =>
  `${happened[asked.drift.what]} without a request: ${objectOf(asked)}`;

/** Where it stands: nobody has asked for it, so that nobody is told that it was denied. */
export const driftStatus = ({ byAuthor }: Drift, state: State, respondBy: Temporal.Instant): readonly Piece[] => {
  switch (state.status) {
    case 'pending':
      return byAuthor === true
        ? [bold('Accept it, or have it put back'), ' · until ', date(respondBy)]
        : [bold('Put it back or accept it'), ' · until ', date(respondBy)];
    case 'approved':
      return [bold('Being put back'), ' · ', ...users(state.by)];
    case 'completed':
      return [bold('Put back'), ' ', date(state.at), ' · ', ...users(state.by), ' decided that'];
    case 'denied':
      return [bold('Accepted'), ' by ', user(state.by), ' ', date(state.at)];
    case 'withdrawn':
      return [bold('Over'), ' ', date(state.at), ` · ${briefly(state.why ?? '')}`];
    case 'timed-out':
      return [bold('Nobody decided'), ' ', date(state.at), ' · it stays as it is'];
    case 'lapsed':
      return [bold('Not put back'), ' ', date(state.at), ` · ${briefly(state.why)}`];
    case 'failed':
      return [bold('Could not be put back'), ' ', date(state.at), ` · ${briefly(state.why)}`];
    // It is done for good, and never in force for a time.
    case 'active':
    case 'revoked':
      return [];
  }
};

const undone: Readonly<Record<Drift['what'], string>> = {
  created: 'deletes it',
  changed: 'makes it again what was agreed to last',
  deleted: 'makes it again as it was agreed to last',
};

/** What is dangerous in what was found, and by whom it was, as far as anybody knows. */
export const foundBlock = (drift: Drift, characters: number): RichTextBlock => {
  const dangers = drift.dangers.map((text) => [cut(oneLine(text), Math.max(60, characters / 5))]);
  return richText(
    lines([[bold(dangers.length === 0 ? 'No rule of risk sees a danger in what was done' : 'What was done')]]),
    ...(dangers.length === 0 ? [] : [bullets(dangers)]),
    lines([[bold('By  '), owners(drift)]]),
  );
};

/** What each of the two buttons does, while somebody has to choose. */
export const choiceBlock = ({ byAuthor, what }: Drift, state: State): readonly RichTextBlock[] => {
  if (state.status !== 'pending') return [];
  const { conceded = [] } = state;
  const soFar = conceded.length === 0 ? [] : [' So far ', ...users(conceded), ' would.'];
  const back =
    byAuthor === true
      ? ' is not for Hallpass, which cannot write these: whoever may writes it anew, and that is held.'
      : ` ${undone[what]}.`;
  return [
    richText(
      lines([
        [bold('Accept'), ' leaves it as it is now, and takes as many; it counts as agreed to from then on.', ...soFar],
        [bold('Put back'), back, ' It is this:'],
      ]),
    ),
  ];
};

/** The API server says what programs called themselves, and not whose they were. */
const owners = ({ what, by }: Drift): string => {
  if (what === 'deleted') return 'nobody knows: the API server keeps nothing about what is gone';
  if (by.length === 0) return 'nobody knows: the API server does not say';
  return `${by.map(oneLine).join(', ')}, as they called themselves`;
};

/** In the thread. */
export const driftFound = (asked: Found): readonly Piece[] => [
  '⚠️ ',
  bold(`${happened[asked.drift.what]} without a request`),
  `: ${asked.content?.targets.map(sayTarget).join(', ') ?? ''}, by ${owners(asked.drift)}`,
];
