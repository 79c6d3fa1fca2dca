import { formatDuration } from '#domain/duration.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { State, Status } from '#domain/request/request.ts';
import { oneLine } from '#domain/text.ts';
import { bold, date, type Piece, user, users } from './blocks.ts';
import { cutMiddle } from './excerpt.ts';
import { stillAllowed } from './proofs.ts';

const signs: Readonly<Record<Status, string>> = {
  pending: '⏳',
  approved: '☑️',
  active: '✅',
  completed: '✅',
  revoked: '🔒',
  denied: '⛔',
  withdrawn: '↩️',
  'timed-out': '⌛',
  lapsed: '⚠️',
  failed: '⚠️',
};

/** The sign of a state; one that needs somebody's attention has the warning sign instead. */
export const signOf = (state: State): string => {
  const worrying =
    (state.status === 'active' && state.delayed !== undefined) ||
    (state.status === 'revoked' && stillAllowed(state.proofs).length > 0);
  return worrying ? '⚠️' : signs[state.status];
};

/** `8 ms`, `1.4 s`, `2m10s`. */
export const sayLag = (milliseconds: number): string => {
  if (milliseconds < 1_000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return formatDuration(Temporal.Duration.from({ milliseconds }));
};

/** What a system said, on one line and of bearable length. */
export const briefly = (text: string): string => cutMiddle(oneLine(text), 400);

/** Where a request stands, in one line: the state, who, and until or since when. */
export const statusLine = ({ request: { asked, state } }: Pick<Chain, 'request'>): readonly Piece[] => [
  `${signOf(state)} `,
  ...words(state, asked.respondBy),
];

const words = (state: State, respondBy: Temporal.Instant): readonly Piece[] => {
  switch (state.status) {
    case 'pending':
      return [bold('Waiting for a decision'), ' · times out ', date(respondBy)];
    case 'approved':
      return [bold('Approved'), ' by ', ...users(state.by), ' · being applied now'];
    case 'active':
      return active(state);
    case 'completed':
      return [bold('Done'), ' ', date(state.at)];
    case 'revoked':
      return ended(state);
    case 'denied':
      return [bold('Denied'), ' by ', user(state.by), ' ', date(state.at)];
    case 'withdrawn':
      return [bold('Withdrawn'), ' by ', user(state.by), ' ', date(state.at)];
    case 'timed-out':
      return [bold('Timed out'), ' ', date(state.at), ' · nobody decided in time; it has to be asked for anew'];
    case 'lapsed':
      return [bold('Lapsed'), ' ', date(state.at), ` · nothing was granted. ${briefly(state.why)}`];
    case 'failed':
      return [bold('Failed'), ' ', date(state.at), ` · nothing is granted. ${briefly(state.why)}`];
  }
};

const active = (state: Extract<State, { status: 'active' }>): readonly Piece[] => {
  if (state.delayed !== undefined) {
    return [
      bold('The end is late: the access may still work'),
      ` · ${briefly(state.delayed)} It is tried again every second.`,
    ];
  }
  if (state.ending !== undefined) {
    const { by, cause } = state.ending;
    return [bold('Being ended'), ' · ', user(by), cause === 'done' ? ' no longer needs it' : ' revoked it'];
  }
  return [bold('Active'), ' until ', date(state.expiresAt)];
};

const ended = (state: Extract<State, { status: 'revoked' }>): readonly Piece[] => [
  bold(stillAllowed(state.proofs).length > 0 ? 'Ended, BUT STILL ALLOWED by something else' : 'Ended'),
  ' ',
  date(state.at),
  ' · ',
  ...endCause(state),
];

/** Why a grant ended, by whom, and how long after it was due. */
export const endCause = ({
  cause,
  endedBy,
  lagMilliseconds,
}: Extract<State, { status: 'revoked' }>): readonly Piece[] => {
  const who: Piece = endedBy === undefined ? 'somebody' : user(endedBy);
  switch (cause) {
    case 'expired':
      return [`its time was over; ended ${sayLag(lagMilliseconds)} after that`];
    case 'done':
      return [who, ` gave it back; ended ${sayLag(lagMilliseconds)} after that`];
    case 'revoked':
      return [who, ` revoked it; ended ${sayLag(lagMilliseconds)} after that`];
    case 'unsafe':
      return [`ended early, ${sayLag(lagMilliseconds)} after it was seen to be unsafe`];
  }
};
