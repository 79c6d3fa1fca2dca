import { describe, expect, test } from 'vitest';
import type { Status } from '#domain/request/request.ts';
import { alice, bob, carol } from '#test/build/people.ts';
import { noon } from '#test/build/requests.ts';
import { plain } from './mrkdwn.ts';
import { sayNotDone } from './replies.ts';

const outcomes: readonly (readonly [Status, readonly (typeof bob)[], string])[] = [
  ['approved', [bob], `was approved by @${bob} 2026-11-20 12:00:00 UTC; it is being applied now`],
  ['active', [bob, carol], `was approved by @${bob} and @${carol}; it is active now, since 2026-11-20 12:00:00 UTC`],
  ['revoked', [bob], `was approved by @${bob} and has ended; the end was 2026-11-20 12:00:00 UTC`],
  ['completed', [bob], `was approved by @${bob} and done 2026-11-20 12:00:00 UTC`],
  ['denied', [bob], `was denied by @${bob} 2026-11-20 12:00:00 UTC`],
  ['withdrawn', [alice], `was withdrawn by @${alice} 2026-11-20 12:00:00 UTC`],
  ['timed-out', [], 'ran out of time 2026-11-20 12:00:00 UTC; nobody had decided'],
  ['lapsed', [], 'lapsed 2026-11-20 12:00:00 UTC; nothing came of it'],
  ['failed', [], 'could not be applied; that was 2026-11-20 12:00:00 UTC, and nothing is in force'],
];

describe('who comes too late', () => {
  test.each(outcomes)('to a request that is %s is told who settled it and when', (status, by, outcome) => {
    expect(plain(sayNotDone({ type: 'already-over', status, by, at: noon }))).toBe(
      `Too late, nothing changed: the request ${outcome}.`,
    );
  });
});

test('who is not entitled reads what they may not do, and whose it is', () => {
  const refusal = { type: 'not-entitled', groups: ['platform'] } as const;
  expect(sayNotDone(refusal)).toBe('You cannot decide on this: that is for platform.');
  expect(sayNotDone(refusal, 'revoke')).toBe('You cannot revoke this: that is for platform.');
});

test('who ends what is not in force reads how it stands', () => {
  expect(sayNotDone({ type: 'not-active', status: 'pending' })).toBe(
    'There is nothing to end: the request is waiting for a decision.',
  );
});

test('who has not opened all of it, or cannot settle, reads what to do', () => {
  expect(plain(sayNotDone({ type: 'not-seen', lines: 412 }))).toBe(
    'Nothing was recorded: the card does not show all 412 lines. Press Full diff on it first.',
  );
  expect(sayNotDone({ type: 'not-entitled', groups: ['platform'] }, 'settle')).toBe(
    'You cannot settle this: that is for platform.',
  );
  expect(sayNotDone({ type: 'choice-not-allowed', choices: ['keep'] })).toContain('it allows: keep');
});
