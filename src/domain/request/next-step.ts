import type { Request } from './request.ts';

/** What must be done for a request, and from when on. */
export type Step = { readonly do: 'time-out' | 'apply' | 'end'; readonly at: Temporal.Instant };

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
      if (state.conflict !== undefined) return state.settled && { do: 'end', at: state.settled.at };
      return { do: 'end', at: state.ending?.at ?? state.expiresAt };
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

/** Whether the step's time has come. */
export const isDue = (step: Step, now: Temporal.Instant): boolean => Temporal.Instant.compare(step.at, now) <= 0;
