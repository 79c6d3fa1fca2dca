import type { Active, Request } from './request.ts';
import { lookedAfter, owesRollout } from './rollout.ts';
import { escalationOf, isConfirmed, momentOf, needsReview } from './terms.ts';
import { warningOf } from './warning.ts';
import { owesSummary } from './watched.ts';

/** What must be done for a request, and from when on. */
export type Step = {
  readonly do: 'time-out' | 'escalate' | 'remind' | 'apply' | 'take-over' | 'warn' | 'end' | 'sum-up' | 'look-after';
  readonly at: Temporal.Instant;
};

/**
 * So long a grant is left beside the one that goes on from it: other API servers and network plugins learn of the new
 * one a little later than the one that was asked, and meanwhile nobody is to be without.
 */
export const overlap = Temporal.Duration.from({ seconds: 5 });

/**
 * Says the one thing that is owed to a request as it stands, or nothing when it is over.
 * Jobs are made from it when an event is committed and the sweep finds with it what a lost job left undone.
 */
export const nextStep = (request: Request): Step | undefined =>
  earliest([nextAct(request), nextNews(request)].filter((step) => step !== undefined));

/** The first of those that are due at the same moment is the one that matters more. */
const earliest = (steps: readonly Step[]): Step | undefined =>
  steps.reduce<Step | undefined>(
    (first, step) => (first !== undefined && Temporal.Instant.compare(first.at, step.at) <= 0 ? first : step),
    undefined,
  );

/** The API server's clock, which says when it is too late, has whole seconds. */
const aMoment = Temporal.Duration.from({ seconds: 2 });

/** The next step that changes what is so. None of these waits for anybody to be told. */
export const nextAct = ({ asked, state }: Request): Step | undefined => {
  switch (state.status) {
    case 'pending':
      return { do: 'time-out', at: asked.respondBy };
    case 'approved':
      // What was taken back is done with at once.
      if (state.ending !== undefined) return { do: 'apply', at: state.ending.at };
      // The bot's word makes it due; without one it lapses when it may not be applied any more.
      return { do: 'apply', at: isConfirmed(asked, state) ? momentOf(asked, state.at) : state.applyBy.add(aMoment) };
    case 'active':
      // A conflict waits for a person: nothing is due until they have settled it.
      if (state.conflict !== undefined && state.settled === undefined) return undefined;
      // Needs the log alone, so it keeps no end waiting.
      if (asked.extends !== undefined && state.tookOver === undefined) return { do: 'take-over', at: state.startedAt };
      return { do: 'end', at: endOf(state) };
    case 'completed':
    case 'revoked':
    case 'denied':
    case 'withdrawn':
    case 'timed-out':
    case 'lapsed':
    case 'failed':
      return undefined;
  }
};

/** The next step that only tells people: who has to decide or to review, or has something that ends soon. */
export const nextNews = (request: Request): Step | undefined => earliest(newsOf(request));

const newsOf = (request: Request): readonly Step[] => {
  const { state } = request;
  const soon = state.status === 'active' ? warning(state) : undefined;
  const summary: readonly Step[] =
    state.status === 'revoked' && owesSummary(state) ? [{ do: 'sum-up', at: state.at.add(lateEvents) }] : [];
  const rollout: readonly Step[] = owesRollout(state) ? [{ do: 'look-after', at: lookedAfter(state).from }] : [];
  return [...(soon === undefined ? [] : [soon]), ...summary, ...rollout, ...remindersOf(request)];
};

/** So long after the end audit events of what was done before it may still come. */
export const lateEvents = Temporal.Duration.from({ seconds: 10 });

const remindersOf = (request: Request): readonly Step[] => {
  const { asked, state, reminded, escalated } = request;
  const { remindEvery, breakGlass } = asked.approval;
  const since = reminded?.at ?? asked.submittedAt;
  const remind = (seconds: number | undefined): readonly Step[] =>
    seconds === undefined ? [] : [{ do: 'remind', at: since.add({ seconds }) }];
  if (needsReview(request))
    return state.status === 'approved' || breakGlass === undefined
      ? []
      : remind(pauseBefore(breakGlass.remindEvery, reminded?.times ?? 0));
  if (state.status !== 'pending') return [];
  const escalation = escalated ? undefined : escalationOf(asked);
  return [...(escalation === undefined ? [] : [{ do: 'escalate' as const, at: escalation }]), ...remind(remindEvery)];
};

/** Seconds; longer than a week only where the rule itself says so. */
const aWeek = 7 * 24 * 3_600;

/**
 * Each pause before the next reminder of a review is twice the last one: what nobody reviews, or nobody can review, is not
 * forgotten, and neither fills its log nor wears people out.
 */
const pauseBefore = (first: number, times: number): number => Math.max(first, Math.min(first * 2 ** times, aWeek));

const warning = (state: Active): Step | undefined => {
  const { warned, ending, conflict, delayed } = state;
  if (warned || ending !== undefined || conflict !== undefined || delayed !== undefined) return undefined;
  const at = warningOf(state);
  return at && { do: 'warn', at };
};

/** When a grant is to end, as things stand. */
export const endOf = ({ settled, ending, expiresAt }: Active): Temporal.Instant => {
  if (settled !== undefined) return settled.at;
  if (ending === undefined) return expiresAt;
  if (ending.cause !== 'extended') return ending.at;
  const left = ending.at.add(overlap);
  return Temporal.Instant.compare(left, expiresAt) < 0 ? left : expiresAt;
};

/** The same at a moment: what people are told keeps no end waiting, and nobody is told of what is over by then. */
export const stepAt = (request: Request, now: Temporal.Instant): Step | undefined => {
  const act = nextAct(request);
  return act !== undefined && isDue(act, now) ? act : nextStep(request);
};

/** Whether the step's time has come. */
export const isDue = (step: Step, now: Temporal.Instant): boolean => Temporal.Instant.compare(step.at, now) <= 0;
