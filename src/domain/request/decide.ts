import type { PersonId, RequestId } from '#domain/ids.ts';
import { isTheirTurn, type Standing, tally, turnOf } from '#domain/quorum.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Finding, RequestEvent } from './events.ts';
import type { Ending, Request, State, Status } from './request.ts';
import { applyByOf, leastOf, mayBeApplied, mayBeExplained, needsReview } from './terms.ts';

/** What a person may want with a request. The bot has checked who they are; `standing` says whom they may count for. */
export type Command =
  | {
      readonly type: 'approve';
      readonly by: PersonId;
      readonly revision: number;
      /** For no longer than this, and no shorter than `least`, which the rule wants. */
      readonly seconds?: number | undefined;
      readonly least?: number | undefined;
      /** They have just proven who they are outside of Slack. */
      readonly isConfirmed?: boolean | undefined;
      readonly standing: Standing;
    }
  | {
      readonly type: 'deny';
      readonly by: PersonId;
      readonly revision: number;
      readonly reason: string;
      /** As with an approval: to leave what was found as it is, is one. */
      readonly isConfirmed?: boolean | undefined;
      readonly standing: Standing;
    }
  /** They have opened the whole of this revision. */
  | { readonly type: 'see'; readonly by: PersonId; readonly revision: number; readonly standing: Standing }
  | {
      readonly type: 'settle';
      readonly by: PersonId;
      readonly choice: 'keep' | 'restore';
      readonly reason: string;
      readonly standing: Standing;
    }
  /** They have looked at what was taken by break-glass. */
  | {
      readonly type: 'review';
      readonly by: PersonId;
      readonly finding: Finding;
      readonly note: string;
      readonly standing: Standing;
    }
  | { readonly type: 'withdraw'; readonly by: PersonId }
  /** They say why a write is made that was held and did not say. */
  | { readonly type: 'explain'; readonly by: PersonId; readonly reason: string }
  /** They say whether a write that was held is theirs, and have it done. */
  | { readonly type: 'own'; readonly by: PersonId; readonly isTheirs: boolean }
  | { readonly type: 'done'; readonly by: PersonId }
  /** `kindAllows`: what is asked is of a kind that can be extended. */
  | { readonly type: 'extend'; readonly by: PersonId; readonly kindAllows: boolean }
  | { readonly type: 'revoke'; readonly by: PersonId; readonly reason: string; readonly standing: Standing };

export type Refusal =
  | { readonly type: 'not-entitled'; readonly groups: readonly string[] }
  | { readonly type: 'own-request'; readonly as: 'requester' | 'subject' }
  | {
      readonly type: 'already-over';
      readonly status: Status;
      readonly by: readonly PersonId[];
      readonly at: Temporal.Instant;
    }
  | { readonly type: 'stale-revision'; readonly current: number }
  | { readonly type: 'already-voted' }
  | { readonly type: 'too-late'; readonly respondBy: Temporal.Instant }
  | { readonly type: 'not-yours'; readonly may: 'requester' | 'requester-or-subject' }
  | { readonly type: 'not-active'; readonly status: Status }
  /** `by`: who wanted that; absent where it was for what was tried under it, or for what looked wrong (`tripped`). */
  | { readonly type: 'already-ending'; readonly by?: PersonId; readonly cause?: 'tripped' }
  | { readonly type: 'not-extendable' }
  /** It goes on as another request; or that is `waiting` to be decided on and applied. */
  | { readonly type: 'already-extended'; readonly request: RequestId; readonly waiting: boolean }
  | { readonly type: 'time-over'; readonly at: Temporal.Instant }
  /** What does not fit on the card has to be looked at before it can be approved. */
  | { readonly type: 'not-seen'; readonly lines: number }
  /** Approvers may shorten it, and no more: `longest` is what was asked, absent where it is for good. */
  | { readonly type: 'not-shorter'; readonly longest?: number | undefined }
  | { readonly type: 'too-short'; readonly least: number }
  /** It counts only from who proves who they are outside of Slack. */
  | { readonly type: 'not-confirmed'; readonly id: RequestId }
  /** An earlier step has to be approved first, by these. */
  | { readonly type: 'not-their-turn'; readonly first: readonly string[] }
  | { readonly type: 'in-conflict' }
  | { readonly type: 'nothing-to-settle' }
  /** It said why, or somebody has by now. */
  | { readonly type: 'nothing-to-explain' }
  /** It is no held write that Hallpass may do. */
  | { readonly type: 'not-to-be-applied' }
  /** It was not taken by break-glass, came to nothing, or is `reviewed` already. */
  | { readonly type: 'nothing-to-review'; readonly reviewed?: PersonId }
  | { readonly type: 'choice-not-allowed'; readonly choices: readonly ('keep' | 'restore')[] };

/**
 * Says what happens when someone acts on a request. Pure: `now` is passed in.
 * Authority is checked before state: who may not decide learns nothing about how far the request is.
 */
export const decide = (
  request: Request,
  command: Command,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  switch (command.type) {
    case 'approve':
      return approve(request, command, now);
    case 'deny':
      return deny(request, command, now);
    case 'see':
      return see(request, command, now);
    case 'settle':
      return settle(request, command);
    case 'review':
      return review(request, command);
    case 'withdraw':
      return withdraw(request, command, now);
    case 'explain':
      return explain(request, command, now);
    case 'own':
      return own(request, command, now);
    case 'done':
      return end(request, { by: command.by, cause: 'done', reason: '' });
    case 'revoke':
      return revoke(request, command);
    case 'extend':
      return extend(request, command, now);
  }
};

const approve = (
  request: Request,
  command: Extract<Command, { type: 'approve' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const open = reviewable(request, command, now);
  if (!open.ok) return open;
  const { asked } = request;
  if (asked.drift?.byAuthor === true) return err({ type: 'not-to-be-applied' });
  const earlier = open.value.votes.map((vote) => vote.by);
  if (earlier.includes(command.by)) return err({ type: 'already-voted' });
  if (asked.approval.stepUp === true && command.isConfirmed !== true)
    return err({ type: 'not-confirmed', id: asked.id });
  if (asked.content?.fits === false && !open.value.seenBy.includes(command.by))
    return err({ type: 'not-seen', lines: asked.content.lines });
  const { seconds } = command;
  const most = asked.seconds;
  if (seconds !== undefined && (most === undefined || seconds > most))
    return err({ type: 'not-shorter', ...(most === undefined ? {} : { longest: most }) });
  if (seconds !== undefined && command.least !== undefined && seconds < command.least && seconds !== most)
    return err({ type: 'too-short', least: command.least });
  const shortened = seconds === undefined || seconds === most ? {} : { seconds };
  const { quorum } = asked.approval;
  const others = earlier.filter((voter) => voter !== asked.requester && voter !== asked.subject);
  const isInSteps = quorum.some(({ step = 1 }) => step > 1);
  if (isInSteps && !isTheirTurn(quorum, others, command.by, command.standing))
    return err({ type: 'not-their-turn', first: turnOf(quorum, others, command.standing).map(({ from }) => from) });
  const voters = [...earlier, command.by].filter((voter) => voter !== asked.requester && voter !== asked.subject);
  const confirmed = command.isConfirmed === true ? ({ confirmed: true } as const) : {};
  const vote = { type: 'voted', by: command.by, revision: asked.revision, ...shortened, ...confirmed } as const;
  const count = tally(asked.approval.quorum, voters, command.standing);
  if (!count.met) return ok([vote]);
  const by = voters.filter((voter) => count.filled.some((seats) => seats.includes(voter)));
  const least = leastOf([...open.value.votes, vote]);
  const given = least === undefined ? {} : { seconds: least };
  return ok([vote, { type: 'approved', by, revision: asked.revision, ...given, applyBy: applyByOf(asked, now) }]);
};

const deny = (
  request: Request,
  command: Extract<Command, { type: 'deny' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const open = reviewable(request, command, now);
  if (!open.ok) return open;
  const { by, revision, reason, standing } = command;
  const denied = { type: 'denied', by, revision, reason } as const;
  if (request.asked.drift === undefined) return ok([denied]);
  // To leave what nobody agreed to is to agree to it: it takes as many, and as much.
  if (request.asked.approval.stepUp === true && command.isConfirmed !== true)
    return err({ type: 'not-confirmed', id: request.asked.id });
  const earlier = open.value.conceded ?? [];
  if (earlier.includes(by)) return err({ type: 'already-voted' });
  const conceded = { ...denied, type: 'conceded' } as const;
  const { quorum } = request.asked.approval;
  if (!isTheirTurn(quorum, earlier, by, standing))
    return err({ type: 'not-their-turn', first: turnOf(quorum, earlier, standing).map(({ from }) => from) });
  if (!tally(quorum, [...earlier, by], standing).met) return ok([conceded]);
  return ok(earlier.length === 0 ? [denied] : [conceded, denied]);
};

/** Recorded once, and only for what an approval needs it for. */
const see = (
  request: Request,
  command: Extract<Command, { type: 'see' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const open = reviewable(request, command, now);
  if (!open.ok) return open;
  const known = request.asked.content?.fits !== false || open.value.seenBy.includes(command.by);
  return ok(known ? [] : [{ type: 'seen', by: command.by, revision: command.revision }]);
};

/** Whoever may end a grant may also say what becomes of a conflict, in the ways that the policy allows. */
const settle = (
  { asked, state }: Request,
  command: Extract<Command, { type: 'settle' }>,
): Result<readonly RequestEvent[], Refusal> => {
  const { by, choice, reason } = command;
  if (by === asked.requester) return err({ type: 'own-request', as: 'requester' });
  if (!counts(command)) return err({ type: 'not-entitled', groups: asked.approval.quorum.map(({ from }) => from) });
  if (state.status !== 'active' || state.conflict === undefined || state.settled !== undefined)
    return err({ type: 'nothing-to-settle' });
  const choices = asked.approval.settle ?? ['keep', 'restore'];
  if (!choices.includes(choice)) return err({ type: 'choice-not-allowed', choices });
  return ok([{ type: 'settled', by, choice, reason }]);
};

/** Whoever would have been asked may say what they make of it, but for those whose request it was. */
const review = (
  request: Request,
  command: Extract<Command, { type: 'review' }>,
): Result<readonly RequestEvent[], Refusal> => {
  const other = anotherWhoCounts(request, command);
  if (!other.ok) return other;
  const { by, finding, note } = command;
  if (needsReview(request)) return ok([{ type: 'reviewed', by, finding, note }]);
  return err({ type: 'nothing-to-review', ...(request.review === undefined ? {} : { reviewed: request.review.by }) });
};

/** The pending state, if this person may decide on this revision now. */
const reviewable = (
  request: Request,
  command: Extract<Command, { type: 'approve' | 'deny' | 'see' }>,
  now: Temporal.Instant,
): Result<Extract<State, { status: 'pending' }>, Refusal> => {
  const { asked, state } = request;
  const other = anotherWhoCounts(request, command);
  if (!other.ok) return other;
  if (state.status !== 'pending') return err(over(request));
  if (command.revision !== asked.revision) return err({ type: 'stale-revision', current: asked.revision });
  if (Temporal.Instant.compare(now, asked.respondBy) >= 0) return err({ type: 'too-late', respondBy: asked.respondBy });
  return ok(state);
};

const anotherWhoCounts = (
  { asked }: Request,
  command: { readonly by: PersonId; readonly standing: Standing },
): Result<null, Refusal> => {
  if (command.by === asked.requester) return err({ type: 'own-request', as: 'requester' });
  if (command.by === asked.subject) return err({ type: 'own-request', as: 'subject' });
  if (!counts(command)) return err({ type: 'not-entitled', groups: asked.approval.quorum.map(({ from }) => from) });
  return ok(null);
};

const counts = ({ by, standing }: { by: PersonId; standing: Standing }): boolean => (standing.get(by) ?? []).length > 0;

const withdraw = (
  request: Request,
  command: Extract<Command, { type: 'withdraw' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const { asked, state } = request;
  if (command.by !== asked.requester) return err({ type: 'not-yours', may: 'requester' });
  if (state.status === 'approved') return takeBack(request, { by: command.by, cause: 'done', reason: '' });
  if (state.status !== 'pending') return err(over(request));
  if (Temporal.Instant.compare(now, asked.respondBy) >= 0) return err({ type: 'too-late', respondBy: asked.respondBy });
  return ok([{ type: 'withdrawn', by: command.by }]);
};

const explain = (
  request: Request,
  { by, reason }: Extract<Command, { type: 'explain' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const { asked, state } = request;
  if (by !== asked.requester) return err({ type: 'not-yours', may: 'requester' });
  if (state.status !== 'pending') return err(over(request));
  if (Temporal.Instant.compare(now, asked.respondBy) >= 0) return err({ type: 'too-late', respondBy: asked.respondBy });
  return mayBeExplained(request) ? ok([{ type: 'explained', by, reason }]) : err({ type: 'nothing-to-explain' });
};

/** Whoever wrote what was held says that it is theirs: Hallpass does it then. What they did not write comes to nothing. */
const own = (
  request: Request,
  { by, isTheirs }: Extract<Command, { type: 'own' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const { asked, state } = request;
  if (by !== asked.requester) return err({ type: 'not-yours', may: 'requester' });
  if (!mayBeApplied(asked)) return err({ type: 'not-to-be-applied' });
  if (state.status === 'pending') return err({ type: 'not-active', status: state.status });
  if (state.status !== 'approved' || state.confirmed !== undefined) return err(over(request));
  if (state.ending !== undefined) return err({ type: 'already-ending', by: state.ending.by });
  if (Temporal.Instant.compare(now, state.applyBy) >= 0) return err({ type: 'too-late', respondBy: state.applyBy });
  if (isTheirs) return ok([{ type: 'confirmed', by }]);
  return ok([{ type: 'withheld', why: 'Whoever it was said to come from says that they did not write it.' }]);
};

const revoke = (
  request: Request,
  command: Extract<Command, { type: 'revoke' }>,
): Result<readonly RequestEvent[], Refusal> => {
  if (!counts(command)) {
    return err({ type: 'not-entitled', groups: request.asked.approval.quorum.map(({ from }) => from) });
  }
  return takeBack(request, { by: command.by, cause: 'revoked', reason: command.reason });
};

type TakingBack = { readonly by: PersonId; readonly cause: 'done' | 'revoked'; readonly reason: string };

const end = (request: Request, ending: TakingBack): Result<readonly RequestEvent[], Refusal> => {
  const { requester, subject } = request.asked;
  if (ending.by !== requester && ending.by !== subject) return err({ type: 'not-yours', may: 'requester-or-subject' });
  return takeBack(request, ending);
};

/** What was approved is taken back: from a grant in force, or before it is applied at all. */
const takeBack = (request: Request, ending: TakingBack): Result<readonly RequestEvent[], Refusal> => {
  const { state } = request;
  if (state.status === 'pending') return err({ type: 'not-active', status: state.status });
  if (state.status !== 'active' && state.status !== 'approved')
    return err((state.status === 'revoked' && goesOnAs(state)) || over(request));
  if (state.status === 'active' && state.conflict !== undefined) return err({ type: 'in-conflict' });
  if (state.ending !== undefined) return err(endingAlready(state, state.ending));
  return ok([{ type: 'end-requested', ...ending }]);
};

/** Whoever wants to end what is being extended has to end what it goes on as. */
const endingAlready = (state: Extract<State, { status: 'active' | 'approved' }>, ending: Ending): Refusal =>
  (state.status === 'active' && goesOnAs(state)) || {
    type: 'already-ending',
    ...('by' in ending ? { by: ending.by } : ending.cause === 'tripped' ? { cause: ending.cause } : {}),
  };

const goesOnAs = (state: Extract<State, { status: 'active' | 'revoked' }>): Refusal | undefined => {
  const cause = state.status === 'active' ? state.ending?.cause : state.cause;
  if (cause !== 'extended' || state.extension === undefined) return undefined;
  return { type: 'already-extended', request: state.extension, waiting: false };
};

/**
 * Whether the people of a grant may ask for it to go on. That is a request of its own, so nothing is to be recorded here
 * before it is filed; whether another one waits already is for the log of that to say.
 */
const extend = (
  request: Request,
  { by, kindAllows }: Extract<Command, { type: 'extend' }>,
  now: Temporal.Instant,
): Result<readonly RequestEvent[], Refusal> => {
  const { asked, state } = request;
  if (by !== asked.requester && by !== asked.subject) return err({ type: 'not-yours', may: 'requester-or-subject' });
  if (!kindAllows) return err({ type: 'not-extendable' });
  if (state.status === 'pending' || state.status === 'approved')
    return err({ type: 'not-active', status: state.status });
  if (state.status !== 'active') return err((state.status === 'revoked' && goesOnAs(state)) || over(request));
  if (state.conflict !== undefined) return err({ type: 'in-conflict' });
  if (state.ending !== undefined) return err(endingAlready(state, state.ending));
  if (Temporal.Instant.compare(now, state.expiresAt) >= 0) return err({ type: 'time-over', at: state.expiresAt });
  return ok([]);
};

/** Who settled it and when, for the person who came too late. */
const over = ({ asked, state }: Request): Extract<Refusal, { type: 'already-over' }> => {
  switch (state.status) {
    case 'pending':
      return { type: 'already-over', status: state.status, by: [], at: asked.submittedAt };
    case 'approved':
      return { type: 'already-over', status: state.status, by: state.by, at: state.at };
    case 'active':
      return { type: 'already-over', status: state.status, by: state.by, at: state.startedAt };
    case 'completed':
    case 'revoked':
      return { type: 'already-over', status: state.status, by: state.by, at: state.at };
    case 'denied':
    case 'withdrawn':
      return { type: 'already-over', status: state.status, by: [state.by], at: state.at };
    case 'timed-out':
    case 'lapsed':
    case 'failed':
      return { type: 'already-over', status: state.status, by: [], at: state.at };
  }
};
