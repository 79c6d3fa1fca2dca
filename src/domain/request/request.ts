import type { PersonId, RequestId } from '#domain/ids.ts';
import type { AccessProbe, ObjectRef } from '#domain/plan.ts';
import type {
  ChangedRef,
  Conflict,
  EndCause,
  Finding,
  Proof,
  RequestEvent,
  Reverted,
  Submitted,
  Use,
} from './events.ts';
import type { Right } from './rights.ts';
import type { RolledOut } from './rollout.ts';
import type { SummedUp } from './summary.ts';

/** What was asked, the same in every state; a new revision replaces its number, seal and content. */
export type Asked = Omit<Submitted, 'type'> & { readonly id: RequestId; readonly submittedAt: Temporal.Instant };

/** `seconds`: for no longer than this. */
export type Vote = {
  readonly by: PersonId;
  readonly at: Temporal.Instant;
  readonly seconds?: number;
  /** They had just proven who they are outside of Slack. */
  readonly confirmed?: true;
};
/** Whether its pods are looked after, and what became of them. */
type Rolled = { readonly rolls?: true; readonly rolledOut?: RolledOut };
type Granted = Rolled & {
  readonly startedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly objects: readonly ObjectRef[];
  /** Whose access it is in the cluster, as `identityMark`. */
  readonly identity: string;
  /** What must be denied once it has ended. */
  readonly toProve: readonly AccessProbe[];
  /** Objects that are not Hallpass's own, in the order in which they were changed. */
  readonly changed: readonly ChangedRef[];
  /** What was worse than its card; the first such. */
  readonly tried?: Tried;
  /** What looked wrong, each rule once. */
  readonly tripped?: readonly Tripped[];
  /** What was done with it, each the first time. */
  readonly observed?: readonly Use[];
  /** What it lets somebody do; where that is known, its end is to be summed up. */
  readonly rights?: readonly Right[];
};
/** What somebody tried under a grant that was worse than what its card showed. */
export type Tried = Omit<Extract<RequestEvent, { type: 'misused' }>, 'type'>;
/** What of its use, or of whose it is, looked wrong. */
export type Tripped = Omit<Extract<RequestEvent, { type: 'tripped' }>, 'type'>;
/** What was used of a grant, and what became of the objects in its scope, as it stood a little after its end. */
export type Summary = Omit<SummedUp, 'type'>;
export type EndingBySomebody = {
  readonly by: PersonId;
  readonly cause: 'done' | 'revoked' | 'extended';
  readonly reason: string;
  readonly at: Temporal.Instant;
};
/** Nobody wanted it, but for what was tried or seen. */
export type Ending =
  | EndingBySomebody
  | { readonly cause: 'misused'; readonly at: Temporal.Instant }
  | { readonly cause: 'tripped'; readonly at: Temporal.Instant };

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
      /** Who wants what was found to stay as it is. */
      readonly conceded?: readonly PersonId[];
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
      readonly ending?: EndingBySomebody;
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
  | ({
      readonly status: 'completed';
      readonly by: readonly PersonId[];
      readonly at: Temporal.Instant;
      readonly changed: readonly ChangedRef[];
    } & Rolled)
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
      readonly summary?: Summary;
    } & Granted)
  | { readonly status: 'denied'; readonly by: PersonId; readonly reason: string; readonly at: Temporal.Instant }
  | {
      readonly status: 'withdrawn';
      readonly by: PersonId;
      readonly why?: string;
      readonly at: Temporal.Instant;
    }
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
export type Active = Extract<State, { status: 'active' }>;

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
/** All of them, those that are not over first. */
export const statuses = Object.keys(ends).filter((status): status is Status => status in ends);
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
  /** Why a held write is made that came without a reason, as its people said afterwards. No rule looks at it. */
  readonly explained?: { readonly at: Temporal.Instant; readonly reason: string };
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
