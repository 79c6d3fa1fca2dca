import { endOf } from '#domain/request/next-step.ts';
import type { Request } from '#domain/request/request.ts';
import type { PanelClock } from '#local/slack/page-api.ts';

/** The moment that a request runs towards, or the one at which it was over. */
export const clockOf = ({ asked, state }: Request): PanelClock => {
  switch (state.status) {
    case 'pending':
      return { type: 'decide-by', from: asked.submittedAt.toString(), at: asked.respondBy.toString() };
    case 'approved':
      return asked.startsAt !== undefined && Temporal.Instant.compare(asked.startsAt, state.at) > 0
        ? { type: 'begins', from: state.at.toString(), at: asked.startsAt.toString() }
        : { type: 'apply-by', from: state.at.toString(), at: state.applyBy.toString() };
    case 'active':
      if (state.conflict !== undefined && state.settled === undefined)
        return { type: 'waits', at: state.conflict.at.toString() };
      return { type: 'ends', from: state.startedAt.toString(), at: endOf(state).toString() };
    case 'completed':
    case 'revoked':
    case 'denied':
    case 'withdrawn':
    case 'timed-out':
    case 'lapsed':
    case 'failed':
      return { type: 'ended', at: state.at.toString() };
  }
};
