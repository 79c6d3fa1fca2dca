import { formatDuration } from '#domain/duration.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked, State, Status } from '#domain/request/request.ts';
import { whyTripped } from '#domain/request/watched.ts';
import { byWhom } from './approvals.ts';
import { bold, date, type Piece, user } from './blocks.ts';
import { whereConflicts } from './conflicts.ts';
import { driftStatus } from './drift-words.ts';
import { briefly } from './excerpt.ts';
import { type Noun, sayFailed, sayNothing, wordsFor } from './nouns.ts';
import { goesOnAs, stillAllowed } from './proofs.ts';
import { isStuck } from './rollouts.ts';
import { named } from './tripped.ts';

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
    (state.status === 'active' && (state.delayed !== undefined || state.conflict !== undefined)) ||
    isStuck(state) ||
    (state.status === 'revoked' && stillAllowed(state.proofs, goesOnAs(state)).length > 0);
  return worrying ? '⚠️' : signs[state.status];
};

/** `8 ms`, `1.4 s`, `2m10s`. */
export const sayLag = (milliseconds: number): string => {
  if (milliseconds < 1_000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return formatDuration(Temporal.Duration.from({ milliseconds }));
};

/** Where a request stands, in one line: the state, who, and until or since when; in the words for what was asked. */
export const statusLine = ({ request: { asked, state } }: Pick<Chain, 'request'>, noun?: Noun): readonly Piece[] =>
  asked.drift === undefined
    ? [`${signOf(state)} `, ...words(state, asked, noun)]
    : [`${driftSigns[state.status] ?? signOf(state)} `, ...driftStatus(asked.drift, state, asked.respondBy)];

/** Accepted is not refused, and put back is not granted. */
const driftSigns: Partial<Record<Status, string>> = { pending: '⚠️', denied: '☑️', completed: '↩️', withdrawn: '✔️' };

const words = (state: State, asked: Asked, noun?: Noun): readonly Piece[] => {
  const { respondBy, approval } = asked;
  switch (state.status) {
    case 'pending':
      return [bold('Waiting for a decision'), ' · times out ', date(respondBy)];
    case 'approved':
      if (state.ending !== undefined)
        return [bold('Taken back'), ' by ', user(state.ending.by), ' before it was applied'];
      return [bold('Approved'), ' ', ...byWhom(state.by, approval), ...applied(asked, state)];
    case 'active':
      return active(state, noun);
    case 'completed':
      if (asked.extends !== undefined)
        return [
          bold('Extended'),
          ' ',
          date(state.at),
          ' · ',
          bold(asked.extends.request),
          ' stays in force for longer',
        ];
      return [bold('Done for good'), ' ', date(state.at), ' · approved ', ...byWhom(state.by, approval)];
    case 'revoked':
      return ended(state);
    case 'denied':
      return [bold('Denied'), ' by ', user(state.by), ' ', date(state.at)];
    case 'withdrawn':
      return state.why === undefined
        ? [bold('Withdrawn'), ' by ', user(state.by), ' ', date(state.at)]
        : [bold('Closed'), ' ', date(state.at), ' · ', ...named(briefly(state.why))];
    case 'timed-out':
      return [bold('Timed out'), ' ', date(state.at), ' · nobody decided in time; it has to be asked for anew'];
    case 'lapsed':
      return lapsed(state, noun);
    case 'failed':
      return [bold('Failed'), ' ', date(state.at), ` · ${sayFailed(asked, noun)}. ${briefly(state.why)}`];
  }
};

/** What is approved before it may begin waits for that. */
const applied = (
  { startsAt, held }: Asked,
  { at, applyBy, confirmed }: Extract<State, { status: 'approved' }>,
): readonly Piece[] => {
  if (held !== undefined && confirmed === undefined)
    return [' · ', bold('waits for the write to be done again'), ', until ', date(applyBy)];
  return startsAt !== undefined && Temporal.Instant.compare(startsAt, at) > 0
    ? [' · begins ', date(startsAt)]
    : [' · being applied now'];
};

const lapsed = (
  { at, why, followedBy, made }: Extract<State, { status: 'lapsed' }>,
  noun: Noun | undefined,
): readonly Piece[] => [
  bold('Lapsed'),
  ' ',
  date(at),
  ` · ${sayNothing({ made }, noun)}. ${briefly(why)}`,
  ...(followedBy === undefined ? [] : [' · asked for anew as ', bold(followedBy)]),
];

const active = (state: Extract<State, { status: 'active' }>, noun: Noun | undefined): readonly Piece[] => {
  if (state.settled !== undefined) {
    const { by, choice } = state.settled;
    return [
      bold('Being ended'),
      ' · ',
      user(by),
      choice === 'keep' ? ' keeps it as it is now' : ' restores it as it was',
    ];
  }
  if (state.conflict !== undefined) {
    return [bold('Needs a decision'), `: somebody else changed ${whereConflicts(state.conflict.conflicts)} meanwhile`];
  }
  if (state.delayed !== undefined) {
    return [
      bold(`The end is late: ${wordsFor(noun).still}`),
      ` · ${briefly(state.delayed)} It is tried again every second.`,
    ];
  }
  if (state.ending !== undefined) {
    const { ending } = state;
    if (ending.cause === 'misused')
      return [bold('Being ended early'), ' · used for something worse than its card showed'];
    if (ending.cause === 'tripped') return [bold('Being ended early'), ` · ${whyTripped(state) ?? 'it looked wrong'}`];
    const { by, cause } = ending;
    if (cause === 'extended') return [bold('Extended'), ...itGoesOn(state.extension)];
    return [bold('Being ended'), ' · ', user(by), cause === 'done' ? ' no longer needs it' : ' revoked it'];
  }
  const { extension } = state;
  const asked = extension === undefined ? [] : [' · asked to be extended, as ', bold(extension)];
  return [bold('Active'), ' until ', date(state.expiresAt), ...asked];
};

const itGoesOn = (extension: RequestId | undefined): readonly Piece[] =>
  extension === undefined ? [] : [' · it goes on as ', bold(extension)];

const ended = (state: Extract<State, { status: 'revoked' }>): readonly Piece[] => [
  bold(stillAllowed(state.proofs, goesOnAs(state)).length > 0 ? 'Ended, BUT STILL ALLOWED by something else' : 'Ended'),
  ' ',
  date(state.at),
  ' · ',
  ...endCause(state),
];

/** Why a grant ended, by whom, and how long after it was due. */
export const endCause = (state: Extract<State, { status: 'revoked' }>): readonly Piece[] => {
  const { cause, endedBy, expiresAt, lagMilliseconds, settled, why } = state;
  const who: Piece = endedBy === undefined ? 'somebody' : user(endedBy);
  const when: readonly Piece[] = settled === undefined ? [] : [' ', date(expiresAt)];
  switch (cause) {
    case 'expired':
      return ['its time was over', ...when, ...endedAfter(state)];
    case 'done':
      return [who, ' gave it back', ...endedAfter(state)];
    case 'revoked':
      return [who, ' revoked it', ...endedAfter(state)];
    case 'extended':
      return [who, ' had it extended', ...itGoesOn(state.extension)];
    case 'misused':
      return ['ended early: used for something worse than its card showed', ...endedAfter(state)];
    case 'tripped':
      return [`ended early: ${whyTripped(state) ?? 'something looked wrong'}`, ...endedAfter(state)];
    case 'unsafe':
      return [
        `ended early, ${sayLag(lagMilliseconds)} after it was seen to be unsafe`,
        ...(why === undefined ? [] : [`: ${briefly(why)}`]),
      ];
  }
};

/** Where somebody had to settle a conflict, that is what the end came so soon after. */
const endedAfter = ({ lagMilliseconds, settled }: Extract<State, { status: 'revoked' }>): readonly Piece[] =>
  settled === undefined
    ? [`; ended ${sayLag(lagMilliseconds)} after that`]
    : ['; ', user(settled.by), ` settled what others had changed, done ${sayLag(lagMilliseconds)} after that`];
