import type { RequestEvent } from './events.ts';
import { misusedBy } from './misuse.ts';
import type { Active, Asked, EndingBySomebody, Impossible, Request, State, Vote } from './request.ts';
import { rolledOutBy } from './rollout.ts';
import {
  isEscalated,
  leastOf,
  mayBeApplied,
  mayBeExplained,
  needsConfirmation,
  needsNobody,
  needsReview,
} from './terms.ts';
import { observedIn, summedUpBy, trippedBy } from './watched.ts';

/** Moves a request on by one event; an event that cannot follow is answered as such and changes nothing. */
export const evolve = (request: Request, event: RequestEvent, at: Temporal.Instant): Request | Impossible => {
  const beside = besideState(request, event, at);
  if (beside !== undefined) return beside;
  const state = next(request, event, at);
  if (state === undefined) return { type: 'impossible', event: event.type, after: request.state.status };
  const isDecided = request.state.status === 'pending' && state.status !== 'pending';
  const isLate = isDecided && isEscalated(request.asked, at);
  return isLate ? { ...request, state, escalated: true } : { ...request, state };
};

/** What changes more of a request than its state, or nothing of that. */
const besideState = (request: Request, event: RequestEvent, at: Temporal.Instant): Request | undefined => {
  if (event.type === 'revised') return revise(request, event);
  if (event.type === 'escalated') return escalate(request, at);
  if (event.type === 'reminded') return remind(request, at);
  if (event.type === 'explained')
    return mayBeExplained(request) && event.by === request.asked.requester
      ? { ...request, explained: { at, reason: event.reason } }
      : undefined;
  if (event.type !== 'reviewed' || !needsReview(request)) return undefined;
  const { requester, subject } = request.asked;
  const { by, finding, note } = event;
  return by === requester || by === subject ? undefined : { ...request, review: { by, at, finding, note } };
};

const escalate = (request: Request, at: Temporal.Instant): Request | undefined =>
  request.state.status === 'pending' && request.escalated === undefined && isEscalated(request.asked, at)
    ? { ...request, escalated: true }
    : undefined;

const remind = (request: Request, at: Temporal.Instant): Request | undefined =>
  remindable(request) ? { ...request, reminded: { at, times: (request.reminded?.times ?? 0) + 1 } } : undefined;

const remindable = (request: Request): boolean =>
  request.state.status === 'pending' ? request.asked.approval.remindEvery !== undefined : needsReview(request);

/** Votes and looks belong to a revision: they do not carry over. */
const revise = (
  { asked, state, ...rest }: Request,
  { revision, seal, content }: Extract<RequestEvent, { type: 'revised' }>,
): Request | undefined =>
  state.status === 'pending' && revision === asked.revision + 1
    ? { ...rest, asked: { ...asked, revision, seal, content }, state: { ...state, votes: [], seenBy: [] } }
    : undefined;

const next = ({ asked, state }: Request, event: RequestEvent, at: Temporal.Instant): State | undefined => {
  switch (state.status) {
    case 'pending':
      return fromPending(asked, state, event, at);
    case 'approved':
      return fromApproved(asked, state, event, at);
    case 'active':
      return fromActive(asked, state, event, at);
    case 'lapsed':
      // Known only for what is moved, and once.
      if (event.type !== 'followed' || !state.moved || state.followedBy !== undefined) return undefined;
      return { ...state, followedBy: event.request };
    case 'revoked':
      if (event.type === 'summed-up') return summedUpBy(state, event);
      return event.type === 'observed' ? observedIn(state, event) : undefined;
    case 'completed':
      return event.type === 'rolled-out' ? rolledOutBy(state, event) : undefined;
    case 'denied':
    case 'withdrawn':
    case 'timed-out':
    case 'failed':
      return undefined;
  }
};

const fromPending = (
  asked: Asked,
  state: Extract<State, { status: 'pending' }>,
  event: RequestEvent,
  at: Temporal.Instant,
): State | undefined => {
  if (event.type === 'voted') {
    // A vote is for a revision; one for another counts nowhere.
    return event.revision === asked.revision && isShorter(asked, event)
      ? { ...state, votes: [...state.votes, voteOf(event, at)] }
      : undefined;
  }
  if (event.type === 'seen') {
    return event.revision === asked.revision ? { ...state, seenBy: [...state.seenBy, event.by] } : undefined;
  }
  if (event.type === 'approved') {
    return agreed(asked, state, event) ? approvedBy(event, state.votes, at) : undefined;
  }
  if (event.type === 'conceded')
    return event.revision === asked.revision && asked.drift !== undefined
      ? { ...state, conceded: [...(state.conceded ?? []), event.by] }
      : undefined;
  if (event.type === 'denied') return { status: 'denied', by: event.by, reason: event.reason, at };
  if (event.type === 'withdrawn')
    return { status: 'withdrawn', by: event.by, ...(event.why === undefined ? {} : { why: event.why }), at };
  if (event.type === 'timed-out') return { status: 'timed-out', at };
  return undefined;
};

const voteOf = ({ by, seconds, confirmed }: Extract<RequestEvent, { type: 'voted' }>, at: Temporal.Instant): Vote => ({
  by,
  at,
  ...(seconds === undefined ? {} : { seconds }),
  ...(confirmed === undefined ? {} : { confirmed }),
});

/** Nobody makes it longer, and nobody what is for good one for a time. */
const isShorter = ({ seconds: most }: Asked, { seconds }: { readonly seconds?: number | undefined }): boolean =>
  seconds === undefined || (most !== undefined && seconds < most);

const approvedBy = (
  { by, applyBy, seconds }: Extract<RequestEvent, { type: 'approved' }>,
  votes: readonly Vote[],
  at: Temporal.Instant,
): Extract<State, { status: 'approved' }> => ({
  status: 'approved',
  by,
  at,
  applyBy,
  votes,
  ...(seconds === undefined ? {} : { seconds }),
});

/**
 * Whoever signs, an approval follows only from votes before it, of enough others, each counted once, for this revision; or from
 * a rule that wants none, which was written down when it was filed.
 */
const agreed = (
  { requester, subject, approval, revision }: Asked,
  { votes }: Extract<State, { status: 'pending' }>,
  event: Extract<RequestEvent, { type: 'approved' }>,
): boolean => {
  if (event.seconds !== leastOf(votes)) return false;
  if (event.auto === true)
    return needsNobody(approval) && event.by.length === 0 && votes.length === 0 && event.revision === revision;
  const wanted = approval.quorum.reduce((sum, { count }) => sum + count, 0);
  const counted = new Set(event.by.filter((person) => person !== requester && person !== subject));
  const counting = approval.stepUp === true ? votes.filter(({ confirmed }) => confirmed === true) : votes;
  const voted = new Set(counting.map(({ by }) => by));
  return (
    event.revision === revision &&
    !needsNobody(approval) &&
    counted.size > 0 &&
    counted.size === event.by.length &&
    counted.size >= wanted &&
    counted.isSubsetOf(voted)
  );
};

const fromApproved = (
  asked: Asked,
  state: Extract<State, { status: 'approved' }>,
  event: RequestEvent,
  at: Temporal.Instant,
): State | undefined => {
  if (event.type === 'failed') return { status: 'failed', why: event.why, at };
  if (event.type === 'lapsed') return lapsed(event, at);
  if (event.type === 'confirmed' || event.type === 'withheld') return confirm(asked, state, event, at);
  if (event.type === 'end-requested') return { ...state, ending: endingOf(event, at) };
  // What was taken back meanwhile does not become active any more. A held write may have been made before that.
  if (state.ending !== undefined && !(asked.held !== undefined && event.type === 'completed')) return undefined;
  if (event.type === 'completed')
    return { status: 'completed', by: state.by, at, changed: event.changed, ...rollsIn(event) };
  if (event.type !== 'activated') return undefined;
  const { startedAt, expiresAt, objects, identity, proofs, changed = [], rights } = event;
  return {
    status: 'active',
    by: state.by,
    startedAt,
    expiresAt,
    objects,
    identity,
    toProve: proofs,
    changed,
    decided: [],
    ...(rights === undefined ? {} : { rights }),
    ...rollsIn(event),
  };
};

const rollsIn = ({ rolls }: { readonly rolls?: true | undefined }): { readonly rolls?: true } =>
  rolls === undefined ? {} : { rolls };

const lapsed = (
  { why, moved, made }: Extract<RequestEvent, { type: 'lapsed' }>,
  at: Temporal.Instant,
): Extract<State, { status: 'lapsed' }> => ({
  status: 'lapsed',
  why,
  at,
  moved: moved === true,
  ...(made === undefined ? {} : { made }),
});

const confirm = (
  asked: Asked,
  state: Extract<State, { status: 'approved' }>,
  event: Extract<RequestEvent, { type: 'confirmed' | 'withheld' }>,
  at: Temporal.Instant,
): State | undefined => {
  if (state.ending !== undefined || !needsConfirmation(asked, state.at)) return undefined;
  if (asked.held !== undefined ? !isOwned(asked, state, event) : event.type === 'confirmed' && event.by !== undefined)
    return undefined;
  return event.type === 'confirmed'
    ? { ...state, confirmed: at }
    : { status: 'lapsed', why: event.why, at, moved: false };
};

/** Of a held write only whoever it came from can say that it is theirs, and once. */
const isOwned = (
  asked: Asked,
  state: Extract<State, { status: 'approved' }>,
  event: Extract<RequestEvent, { type: 'confirmed' | 'withheld' }>,
): boolean =>
  mayBeApplied(asked) && state.confirmed === undefined && (event.type === 'withheld' || event.by === asked.requester);

const endingOf = (
  { by, cause, reason }: Extract<RequestEvent, { type: 'end-requested' }>,
  at: Temporal.Instant,
): EndingBySomebody => ({
  by,
  cause,
  reason,
  at,
});

const fromActive = (asked: Asked, state: Active, event: RequestEvent, at: Temporal.Instant): State | undefined => {
  if (event.type === 'end-requested') return { ...state, ending: endingOf(event, at) };
  if (event.type === 'used') return state;
  if (event.type === 'misused') return misusedBy(asked, state, event, at);
  if (event.type === 'tripped') return trippedBy(state, event, at);
  if (event.type === 'observed') return observedIn(state, event);
  if (event.type === 'rolled-out') return rolledOutBy(state, event);
  if (event.type === 'end-delayed') return { ...state, delayed: event.why };
  if (event.type === 'conflicted') return conflicted(state, event, at);
  if (event.type === 'settled') {
    return settle(state, event, at);
  }
  if (event.type === 'took-over') {
    const isFirst = state.tookOver === undefined && asked.extends?.request === event.request;
    return isFirst ? { ...state, tookOver: true } : undefined;
  }
  if (event.type !== 'ended') return goOn(state, event, at);
  const {
    ending,
    delayed: _,
    conflict: __,
    decided: ___,
    warned: ____,
    tookOver: _____,
    prolonged: ______,
    ...granted
  } = state;
  return {
    ...granted,
    status: 'revoked',
    cause: event.cause,
    ...(ending !== undefined && 'by' in ending ? { endedBy: ending.by } : {}),
    ...(event.why === undefined ? {} : { why: event.why }),
    at,
    reverted: event.reverted ?? [],
    proofs: event.proofs,
    lagMilliseconds: event.lagMilliseconds,
  };
};

/** What belongs to a grant that nobody is ending yet. */
const goOn = (state: Active, event: RequestEvent, at: Temporal.Instant): State | undefined => {
  if (state.ending !== undefined || state.conflict !== undefined) return undefined;
  if (event.type === 'warned') return state.warned ? undefined : { ...state, warned: true };
  if (event.type === 'extension-asked') return { ...state, extension: event.request };
  if (event.type === 'prolonged') return prolong(state, event);
  if (event.type !== 'extended') return undefined;
  const { by, request } = event;
  return { ...state, extension: request, ending: { by, cause: 'extended', reason: '', at } };
};

/** Its people are to be warned of the new end, and it may be extended once more. */
const prolong = (
  state: Active,
  { request, expiresAt }: Extract<RequestEvent, { type: 'prolonged' }>,
): Active | undefined => {
  const { warned: _, extension: __, prolonged = [], ...rest } = state;
  const isLater = Temporal.Instant.compare(expiresAt, state.expiresAt) > 0;
  return isLater && !prolonged.includes(request)
    ? { ...rest, expiresAt, prolonged: [...prolonged, request] }
    : undefined;
};

const settle = (
  state: Extract<State, { status: 'active' }>,
  { type: _, ...settled }: Extract<RequestEvent, { type: 'settled' }>,
  at: Temporal.Instant,
): State | undefined => {
  if (state.conflict === undefined || state.settled !== undefined) return undefined;
  const { choice } = settled;
  const places = state.conflict.conflicts.map(({ target, path, mark }) => ({ target, path, mark, choice }));
  return { ...state, settled: { ...settled, at }, decided: [...state.decided, ...places] };
};

/** A settled conflict may meet another edit: then it waits for a person again. */
const conflicted = (
  state: Extract<State, { status: 'active' }>,
  { conflicts }: Extract<RequestEvent, { type: 'conflicted' }>,
  at: Temporal.Instant,
): State => {
  const { settled: _, delayed: __, ...rest } = state;
  return { ...rest, conflict: { conflicts, at } };
};
