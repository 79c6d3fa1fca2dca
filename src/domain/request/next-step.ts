import type { Active, Request } from './request.ts';
import { warningOf } from './warning.ts';

/** What must be done for a request, and from when on. */
export type Step = {
  readonly do: 'time-out' | 'apply' | 'take-over' | 'warn' | 'end';
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
export const nextStep = ({ asked, state }: Request): Step | undefined => {
  switch (state.status) {
    case 'pending':
      return { do: 'time-out', at: asked.respondBy };
    case 'approved':
      return { do: 'apply', at: state.at };
    case 'active':
      // A conflict waits for a person: nothing is due until they have settled it.
      if (state.conflict !== undefined && state.settled === undefined) return undefined;
      // Needs the log alone, so it keeps no end waiting.
      if (asked.extends !== undefined && state.tookOver === undefined) return { do: 'take-over', at: state.startedAt };
      return warning(state) ?? { do: 'end', at: endOf(state) };
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

/** The same at a moment: a warning that comes after the end is none. */
export const stepAt = (request: Request, now: Temporal.Instant): Step | undefined => {
  const step = nextStep(request);
  if (step?.do !== 'warn' || request.state.status !== 'active') return step;
  const end: Step = { do: 'end', at: endOf(request.state) };
  return isDue(end, now) ? end : step;
};

/** Whether the step's time has come. */
export const isDue = (step: Step, now: Temporal.Instant): boolean => Temporal.Instant.compare(step.at, now) <= 0;
