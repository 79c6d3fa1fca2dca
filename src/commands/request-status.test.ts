import { expect, test } from 'vitest';
import { statuses } from '#domain/request/request.ts';
import { isSettled, isThrough, outcomeOf, outcomeOfPods, outcomeOfProblem, outcomes } from './request-status.ts';

test('each status has an exit status that a script can tell apart', () => {
  const said = Object.fromEntries(
    statuses.map((status) => [status, outcomes[outcomeOf({ status, conflict: false })]] as const),
  );
  expect(said).toEqual({
    pending: 0,
    approved: 0,
    active: 0,
    completed: 0,
    denied: 3,
    'timed-out': 4,
    revoked: 5,
    lapsed: 5,
    failed: 5,
    withdrawn: 6,
  });
});

test('what a person has to settle is a failure', () => {
  expect(outcomeOf({ status: 'active', conflict: true })).toBe('failed');
});

test('only what waits, or is still to be done, is not settled', () => {
  expect(statuses.filter((status) => !isSettled({ status }))).toEqual(['pending', 'approved']);
});

test('pods that are waited for are through, or they are a failure', () => {
  const of = (status: 'under-way' | 'complete' | 'not-complete') => ({
    status: 'completed' as const,
    conflict: false,
    rollout: { status, workloads: [] },
  });
  expect([of('under-way'), of('complete'), of('not-complete')].map(isThrough)).toEqual([false, true, true]);
  expect([of('complete'), of('not-complete')].map(outcomeOfPods)).toEqual(['done', 'failed']);
  expect(isThrough({ status: 'pending' })).toBe(false);
  expect(isThrough({ status: 'denied' })).toBe(true);
  expect(outcomeOfPods({ status: 'denied', conflict: false })).toBe('denied');
});

test.each([
  [400, 2],
  [401, 7],
  [403, 7],
  [404, 2],
  [409, 5],
  [413, 2],
  [422, 2],
  [429, 8],
  [499, 130],
  [500, 8],
  [502, 8],
  [503, 8],
])('a problem with status %i ends with %i', (status, exit) => {
  expect(outcomes[outcomeOfProblem({ status })]).toBe(exit);
});
