import type { PersonId, RequestId } from '#domain/ids.ts';
import type { AccessProbe, ObjectRef } from '#domain/plan.ts';
import type { EndCause, Proof, RequestEvent, Submitted } from './events.ts';

/** What was asked, the same in every state. */
export type Asked = Omit<Submitted, 'type'> & { readonly id: RequestId; readonly submittedAt: Temporal.Instant };

type Vote = { readonly by: PersonId; readonly at: Temporal.Instant };
type Granted = {
  readonly startedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly objects: readonly ObjectRef[];
  /** Whose access it is in the cluster, as `identityMark`. */
  readonly identity: string;
  /** What must be denied once it has ended. */
  readonly toProve: readonly AccessProbe[];
};
type Ending = {
  readonly by: PersonId;
  readonly cause: 'done' | 'revoked';
  readonly reason: string;
  readonly at: Temporal.Instant;
};

/** Where a request stands. States are never left backwards. */
export type State =
  | { readonly status: 'pending'; readonly votes: readonly Vote[] }
  | {
      readonly status: 'approved';
      readonly by: readonly PersonId[];
      readonly at: Temporal.Instant;
      readonly applyBy: Temporal.Instant;
      /** Somebody took it back before it was applied. */
      readonly ending?: Ending;
    }
  | ({
      readonly status: 'active';
      readonly by: readonly PersonId[];
      readonly ending?: Ending;
      readonly delayed?: string;
    } & Granted)
  | ({
      readonly status: 'revoked';
      readonly by: readonly PersonId[];
      readonly cause: EndCause;
      readonly endedBy?: PersonId;
      readonly at: Temporal.Instant;
      readonly proofs: readonly Proof[];
      readonly lagMilliseconds: number;
    } & Granted)
  | { readonly status: 'denied'; readonly by: PersonId; readonly reason: string; readonly at: Temporal.Instant }
  | { readonly status: 'withdrawn'; readonly by: PersonId; readonly at: Temporal.Instant }
  | { readonly status: 'timed-out'; readonly at: Temporal.Instant }
  | { readonly status: 'lapsed'; readonly why: string; readonly at: Temporal.Instant }
  | { readonly status: 'failed'; readonly why: string; readonly at: Temporal.Instant };

export type Status = State['status'];
export type Request = { readonly asked: Asked; readonly state: State };

/** An event that cannot follow the state it meets: the log was altered, or a newer version wrote it. */
export type Impossible = {
  readonly type: 'impossible';
  readonly event: RequestEvent['type'];
  readonly after: Status | 'nothing';
};

/** Builds the first state of a request. */
export const begin = (id: RequestId, event: Submitted, at: Temporal.Instant): Request => {
  const { type: _, ...asked } = event;
  return { asked: { ...asked, id, submittedAt: at }, state: { status: 'pending', votes: [] } };
};

/** Moves a request on by one event; an event that cannot follow is answered as such and changes nothing. */
export const evolve = (request: Request, event: RequestEvent, at: Temporal.Instant): Request | Impossible => {
  const state = next(request, event, at);
  return state === undefined
    ? { type: 'impossible', event: event.type, after: request.state.status }
    : { ...request, state };
};

const next = ({ asked, state }: Request, event: RequestEvent, at: Temporal.Instant): State | undefined => {
  switch (state.status) {
    case 'pending':
      return fromPending(asked, state, event, at);
    case 'approved':
      return fromApproved(state, event, at);
    case 'active':
      return fromActive(state, event, at);
    case 'revoked':
    case 'denied':
    case 'withdrawn':
    case 'timed-out':
    case 'lapsed':
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
  if (event.type === 'voted') return { ...state, votes: [...state.votes, { by: event.by, at }] };
  if (event.type === 'approved') {
    return agreed(asked, state, event) ? { status: 'approved', by: event.by, at, applyBy: event.applyBy } : undefined;
  }
  if (event.type === 'denied') return { status: 'denied', by: event.by, reason: event.reason, at };
  if (event.type === 'withdrawn') return { status: 'withdrawn', by: event.by, at };
  if (event.type === 'timed-out') return { status: 'timed-out', at };
  return undefined;
};

/** Whoever signs, an approval follows only from votes before it: of enough others, each counted once, for this revision. */
const agreed = (
  { requester, subject, approval, revision }: Asked,
  { votes }: Extract<State, { status: 'pending' }>,
  event: Extract<RequestEvent, { type: 'approved' }>,
): boolean => {
  const wanted = approval.quorum.reduce((sum, { count }) => sum + count, 0);
  const counted = new Set(event.by.filter((person) => person !== requester && person !== subject));
  const voted = new Set(votes.map(({ by }) => by));
  return (
    event.revision === revision &&
    counted.size === event.by.length &&
    counted.size >= wanted &&
    counted.isSubsetOf(voted)
  );
};

const fromApproved = (
  state: Extract<State, { status: 'approved' }>,
  event: RequestEvent,
  at: Temporal.Instant,
): State | undefined => {
  if (event.type === 'lapsed' || event.type === 'failed') return { status: event.type, why: event.why, at };
  if (event.type === 'end-requested') return { ...state, ending: endingOf(event, at) };
  // What was taken back meanwhile does not become active any more.
  if (event.type !== 'activated' || state.ending !== undefined) return undefined;
  const { startedAt, expiresAt, objects, identity, proofs } = event;
  return { status: 'active', by: state.by, startedAt, expiresAt, objects, identity, toProve: proofs };
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

const fromActive = (
  state: Extract<State, { status: 'active' }>,
  event: RequestEvent,
  at: Temporal.Instant,
): State | undefined => {
  if (event.type === 'end-requested') return { ...state, ending: endingOf(event, at) };
  if (event.type === 'end-delayed') return { ...state, delayed: event.why };
  if (event.type !== 'ended') return undefined;
  const { ending, delayed: _, ...granted } = state;
  return {
    ...granted,
    status: 'revoked',
    cause: event.cause,
    ...(ending === undefined ? {} : { endedBy: ending.by }),
    at,
    proofs: event.proofs,
    lagMilliseconds: event.lagMilliseconds,
  };
};
