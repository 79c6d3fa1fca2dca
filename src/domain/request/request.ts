import type { PersonId, RequestId } from '#domain/ids.ts';
import type { AccessProbe, ObjectRef } from '#domain/plan.ts';
import type { ChangedRef, Conflict, EndCause, Finding, Proof, RequestEvent, Reverted, Submitted } from './events.ts';

/** What was asked, the same in every state; a new revision replaces its number, seal and content. */
export type Asked = Omit<Submitted, 'type'> & { readonly id: RequestId; readonly submittedAt: Temporal.Instant };

/** `seconds`: for no longer than this. */
type Vote = { readonly by: PersonId; readonly at: Temporal.Instant; readonly seconds?: number };
type Granted = {
  readonly startedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly objects: readonly ObjectRef[];
  /** Whose access it is in the cluster, as `identityMark`. */
  readonly identity: string;
  /** What must be denied once it has ended. */
  readonly toProve: readonly AccessProbe[];
  /** Objects that are not Hallpass's own, in the order in which they were changed. */
  readonly changed: readonly ChangedRef[];
};
type Ending = {
  readonly by: PersonId;
  readonly cause: 'done' | 'revoked' | 'extended';
  readonly reason: string;
  readonly at: Temporal.Instant;
};

/** How somebody decided about a conflict. */
type Settled = {
  readonly by: PersonId;
  readonly choice: 'keep' | 'restore';
  readonly reason: string;
  readonly at: Temporal.Instant;
};

/** What somebody decided about one place, and what stood there when they were shown it. */
export type Decided = Pick<Conflict, 'target' | 'path' | 'mark'> & Pick<Settled, 'choice'>;

/** Where a request stands. States are never left backwards. */
export type State =
  | {
      readonly status: 'pending';
      readonly votes: readonly Vote[];
      /** Who has opened the whole of this revision. */
      readonly seenBy: readonly PersonId[];
    }
  | {
      readonly status: 'approved';
      readonly by: readonly PersonId[];
      readonly at: Temporal.Instant;
      readonly applyBy: Temporal.Instant;
      /** As those who approved have shortened it. */
      readonly seconds?: number;
      /** All of them, with when they were given. */
      readonly votes: readonly Vote[];
      /** When it was looked up, shortly before it begins, that its people still are who they were. */
      readonly confirmed?: Temporal.Instant;
      /** Somebody took it back before it was applied. */
      readonly ending?: Ending;
    }
  | ({
      readonly status: 'active';
      readonly by: readonly PersonId[];
      readonly ending?: Ending;
      readonly delayed?: string;
      /** The revert met somebody else's edit; what is settled is ended anew. */
      readonly conflict?: { readonly conflicts: readonly Conflict[]; readonly at: Temporal.Instant };
      readonly settled?: Settled;
      /** Of all conflicts so far: a later one asks about other places. */
      readonly decided: readonly Decided[];
      /** Its people are told that it ends soon. */
      readonly warned?: true;
      /** The request that was filed last to go on from it. */
      readonly extension?: RequestId;
      /** The requests that let it last longer, the latest last. */
      readonly prolonged?: readonly RequestId[];
      /** The grant that this one extends needs no end any more. */
      readonly tookOver?: true;
    } & Granted)
  | {
      readonly status: 'completed';
      readonly by: readonly PersonId[];
      readonly at: Temporal.Instant;
      readonly changed: readonly ChangedRef[];
    }
  | ({
      readonly status: 'revoked';
      readonly by: readonly PersonId[];
      readonly cause: EndCause;
      readonly endedBy?: PersonId;
      readonly why?: string;
      readonly settled?: Settled;
      /** As in `active`; what it goes on as, if it was `extended`. */
      readonly extension?: RequestId;
      readonly at: Temporal.Instant;
      readonly reverted: readonly Reverted[];
      readonly proofs: readonly Proof[];
      readonly lagMilliseconds: number;
    } & Granted)
  | { readonly status: 'denied'; readonly by: PersonId; readonly reason: string; readonly at: Temporal.Instant }
  | { readonly status: 'withdrawn'; readonly by: PersonId; readonly at: Temporal.Instant }
  | { readonly status: 'timed-out'; readonly at: Temporal.Instant }
  | {
      readonly status: 'lapsed';
      readonly why: string;
      readonly at: Temporal.Instant;
      /** It has to be asked for anew, because what it was about moved. */
      readonly moved: boolean;
      /** Something of it had been made when it was taken back. */
      readonly made?: true;
      readonly followedBy?: RequestId;
    }
  | { readonly status: 'failed'; readonly why: string; readonly at: Temporal.Instant };

export type Status = State['status'];

const ends: Readonly<Record<Status, boolean>> = {
  pending: false,
  approved: false,
  active: false,
  completed: true,
  revoked: true,
  denied: true,
  withdrawn: true,
  'timed-out': true,
  lapsed: true,
  failed: true,
};
/** Whether nothing is owed or in force any more in this status; anything that is no status is not. */
export const isOver = (status: string): boolean => Object.entries(ends).some(([one, over]) => over && one === status);

/** What somebody made of what was taken by break-glass. */
export type Review = {
  readonly by: PersonId;
  readonly at: Temporal.Instant;
  readonly finding: Finding;
  readonly note: string;
};

export type Request = {
  readonly asked: Asked;
  readonly state: State;
  /** When people were reminded of it last, to decide or to review it, and how often they were. */
  readonly reminded?: { readonly at: Temporal.Instant; readonly times: number };
  /** It waited so long that others might decide; they may end it and review it as well. */
  readonly escalated?: true;
  readonly review?: Review;
};

/** An event that cannot follow the state it meets: the log was altered, or a newer version wrote it. */
export type Impossible = {
  readonly type: 'impossible';
  readonly event: RequestEvent['type'];
  readonly after: Status | 'nothing';
};

/** Builds the first state of a request. */
export const begin = (id: RequestId, event: Submitted, at: Temporal.Instant): Request => {
  const { type: _, ...asked } = event;
  return { asked: { ...asked, id, submittedAt: at }, state: { status: 'pending', votes: [], seenBy: [] } };
};

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
  if (event.type !== 'reviewed' || !needsReview(request)) return undefined;
  const { requester, subject } = request.asked;
  const { by, finding, note } = event;
  return by === requester || by === subject ? undefined : { ...request, review: { by, at, finding, note } };
};

const escalate = (request: Request, at: Temporal.Instant): Request | undefined =>
  request.state.status === 'pending' && request.escalated === undefined && isEscalated(request.asked, at)
    ? { ...request, escalated: true }
    : undefined;

/** Whether those to whom it is escalated count by now: while it waits from their time on, later if it ever waited so long. */
export const mayStandIn = ({ asked, state, escalated }: Request, now: Temporal.Instant): boolean =>
  state.status === 'pending' ? isEscalated(asked, now) : escalated === true;

const remind = (request: Request, at: Temporal.Instant): Request | undefined =>
  remindable(request) ? { ...request, reminded: { at, times: (request.reminded?.times ?? 0) + 1 } } : undefined;

const remindable = (request: Request): boolean =>
  request.state.status === 'pending' ? request.asked.approval.remindEvery !== undefined : needsReview(request);

/** Whether it was taken by break-glass and nobody has looked at that yet. What came to nothing needs no look. */
export const needsReview = ({ asked, state, review }: Request): boolean =>
  asked.approval.breakGlass !== undefined &&
  review === undefined &&
  (state.status === 'approved' ||
    state.status === 'active' ||
    state.status === 'revoked' ||
    (state.status === 'lapsed' && state.made === true));

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
    case 'completed':
    case 'revoked':
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
  if (event.type === 'denied') return { status: 'denied', by: event.by, reason: event.reason, at };
  if (event.type === 'withdrawn') return { status: 'withdrawn', by: event.by, at };
  if (event.type === 'timed-out') return { status: 'timed-out', at };
  return undefined;
};

const voteOf = ({ by, seconds }: Extract<RequestEvent, { type: 'voted' }>, at: Temporal.Instant): Vote => ({
  by,
  at,
  ...(seconds === undefined ? {} : { seconds }),
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

/** The least that any of these votes gave; undefined where all gave what was asked. */
export const leastOf = (votes: readonly Pick<Vote, 'seconds'>[]): number | undefined => {
  const given = votes.flatMap(({ seconds }) => seconds ?? []);
  return given.length === 0 ? undefined : Math.min(...given);
};

/** For how long it is in force once it is applied; undefined for good. */
export const lengthOf = ({ asked, state }: Pick<Request, 'asked' | 'state'>): number | undefined =>
  state.status === 'approved' ? (state.seconds ?? asked.seconds) : asked.seconds;

/** The moment at which its rule has to allow it: when it begins, or now. */
export const momentOf = ({ startsAt }: Pick<Asked, 'startsAt'>, now: Temporal.Instant): Temporal.Instant =>
  startsAt !== undefined && Temporal.Instant.compare(startsAt, now) > 0 ? startsAt : now;

/** Whether a request has waited so long that those to whom it is escalated may decide. */
export const isEscalated = (asked: Pick<Asked, 'approval' | 'submittedAt'>, now: Temporal.Instant): boolean => {
  const at = escalationOf(asked);
  return at !== undefined && Temporal.Instant.compare(now, at) >= 0;
};

/** From when on others may decide as well; undefined where nobody else ever may. */
export const escalationOf = ({
  approval: { escalate },
  submittedAt,
}: Pick<Asked, 'approval' | 'submittedAt'>): Temporal.Instant | undefined =>
  escalate === undefined ? undefined : submittedAt.add({ seconds: escalate.after });

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
  const voted = new Set(votes.map(({ by }) => by));
  return (
    event.revision === revision &&
    !needsNobody(approval) &&
    counted.size > 0 &&
    counted.size === event.by.length &&
    counted.size >= wanted &&
    counted.isSubsetOf(voted)
  );
};

/** Whether it was approved when it was filed, and by nobody. */
export const needsNobody = ({ auto, breakGlass }: Asked['approval']): boolean =>
  auto === true || breakGlass !== undefined;

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
  // What was taken back meanwhile does not become active any more.
  if (state.ending !== undefined) return undefined;
  if (event.type === 'completed') return { status: 'completed', by: state.by, at, changed: event.changed };
  if (event.type !== 'activated') return undefined;
  const { startedAt, expiresAt, objects, identity, proofs, changed = [] } = event;
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
  };
};

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

/** What begins so long after it was approved that people may be others by then has to be confirmed before. */
export const needsConfirmation = ({ startsAt }: Pick<Asked, 'startsAt'>, approvedAt: Temporal.Instant): boolean =>
  startsAt !== undefined && Temporal.Instant.compare(startsAt, approvedAt.add(believedFor)) > 0;

/** From so long before it begins on people are looked up once more; what was said earlier is not believed. */
export const confirmWithin = Temporal.Duration.from({ minutes: 2 });

/** Whether it may begin as far as its people go: they were looked up at the click, or once more shortly before. */
export const isConfirmed = (
  asked: Pick<Asked, 'startsAt'>,
  { at, confirmed }: Extract<State, { status: 'approved' }>,
): boolean => {
  const { startsAt } = asked;
  if (startsAt === undefined || !needsConfirmation(asked, at)) return true;
  return confirmed !== undefined && Temporal.Instant.compare(confirmed, startsAt.subtract(confirmWithin)) >= 0;
};

/** So long what was looked up of people at the click is believed until it is applied. */
const believedFor = Temporal.Duration.from({ minutes: 15 });

const confirm = (
  asked: Asked,
  state: Extract<State, { status: 'approved' }>,
  event: Extract<RequestEvent, { type: 'confirmed' | 'withheld' }>,
  at: Temporal.Instant,
): State | undefined => {
  if (state.ending !== undefined || !needsConfirmation(asked, state.at)) return undefined;
  return event.type === 'confirmed'
    ? { ...state, confirmed: at }
    : { status: 'lapsed', why: event.why, at, moved: false };
};

const endingOf = (
  { by, cause, reason }: Extract<RequestEvent, { type: 'end-requested' }>,
  at: Temporal.Instant,
): Ending => ({
  by,
  cause,
  reason,
  at,
});

export type Active = Extract<State, { status: 'active' }>;

const fromActive = (asked: Asked, state: Active, event: RequestEvent, at: Temporal.Instant): State | undefined => {
  if (event.type === 'end-requested') return { ...state, ending: endingOf(event, at) };
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
    ...(ending === undefined ? {} : { endedBy: ending.by }),
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
