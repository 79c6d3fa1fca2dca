import { expect, test } from 'vitest';
import { alice, bob } from '#test/build/people.ts';
import { activated, approved, ended, grown, later, pending } from '#test/build/requests.ts';
import { isDue, nextStep } from './next-step.ts';

test('a pending request is owed an answer, and times out when there was none', () => {
  expect(nextStep(pending())).toEqual({ do: 'time-out', at: later(60) });
});

test('an approved request is owed its application at once', () => {
  expect(nextStep(grown(pending(), approved))).toEqual({ do: 'apply', at: later(1) });
});

test('an active grant is owed its end at its expiry', () => {
  expect(nextStep(grown(pending(), approved, activated))).toEqual({ do: 'end', at: later(32) });
});

test('a grant that somebody ends is owed its end at once', () => {
  const ending = grown(pending(), approved, activated, { type: 'end-requested', by: alice, cause: 'done', reason: '' });
  expect(nextStep(ending)).toEqual({ do: 'end', at: later(3) });
});

test('a late end is still owed', () => {
  const late = grown(pending(), approved, activated, { type: 'end-delayed', why: 'no answer' });
  expect(nextStep(late)).toEqual({ do: 'end', at: later(32) });
});

test.each([
  ['revoked', grown(pending(), approved, activated, ended)],
  ['denied', grown(pending(), { type: 'denied', by: bob, revision: 1, reason: '' })],
  ['withdrawn', grown(pending(), { type: 'withdrawn', by: alice })],
  ['timed out', grown(pending(), { type: 'timed-out' })],
  ['lapsed', grown(pending(), approved, { type: 'lapsed', why: '' })],
  ['failed', grown(pending(), approved, { type: 'failed', why: '' })],
])('nothing is owed to a request that is %s', (_, request) => {
  expect(nextStep(request)).toBeUndefined();
});

test('a step is due at its very moment and not a nanosecond before', () => {
  const step = { do: 'end', at: later(32) } as const;
  expect(isDue(step, later(32))).toBe(true);
  expect(isDue(step, later(32).subtract({ nanoseconds: 1 }))).toBe(false);
});
