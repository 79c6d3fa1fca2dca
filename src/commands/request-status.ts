import type { Problem, RequestView } from '#adapters/http/api-schemas.ts';
import type { Answer } from './answer.ts';

/** What scripts tell apart: docs/cli.md has the same table. */
export const outcomes = {
  done: 0,
  misspelt: 2,
  denied: 3,
  undecided: 4,
  failed: 5,
  withdrawn: 6,
  'not-allowed': 7,
  away: 8,
  interrupted: 130,
} as const satisfies Record<string, Answer['status']>;
export type Outcome = keyof typeof outcomes;

/** Whether it is known what becomes of it: it is decided, and what was agreed to is done or never will be. */
export const isSettled = ({ status }: Pick<RequestView, 'status'>): boolean =>
  status !== 'pending' && status !== 'approved';

/** The same, and what became of the pods of what was written is known. */
export const isThrough = ({ status, rollout }: Pick<RequestView, 'status' | 'rollout'>): boolean =>
  isSettled({ status }) && rollout?.status !== 'under-way';

/** What has become of a request whose pods are waited for, too. */
export const outcomeOfPods = (request: Pick<RequestView, 'status' | 'conflict' | 'rollout'>): Outcome =>
  request.rollout?.status === 'not-complete' ? 'failed' : outcomeOf(request);

/** What has become of a request; one that still waits is as it should be. */
export const outcomeOf = ({ status, conflict }: Pick<RequestView, 'status' | 'conflict'>): Outcome => {
  switch (status) {
    case 'pending':
    case 'approved':
    case 'completed':
      return 'done';
    case 'active':
      return conflict ? 'failed' : 'done';
    case 'denied':
      return 'denied';
    case 'timed-out':
      return 'undecided';
    case 'withdrawn':
      return 'withdrawn';
    case 'revoked':
    case 'lapsed':
    case 'failed':
      return 'failed';
  }
};

export const outcomeOfProblem = ({ status }: Pick<Problem, 'status'>): Outcome => {
  if (status === 401 || status === 403) return 'not-allowed';
  if (status === 409) return 'failed';
  if (status === 499) return 'interrupted';
  // Too many, or not just now: the same may go through later.
  return status === 429 || status >= 500 ? 'away' : 'misspelt';
};
