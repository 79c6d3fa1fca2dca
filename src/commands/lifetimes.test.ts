import { expect, test } from 'vitest';
import { lifeOf } from './lifetimes.ts';

const now = Temporal.Instant.from('2026-11-28T12:00:00Z');
const dateAt = (hours: number): Date => new Date(now.add({ hours }).epochMilliseconds);

test.each<[string, number, number, string, string]>([
  ['of a year', -24, 24 * 364, 'good', 'good for 364 days more'],
  ['of a year at its end', -24 * 352, 24 * 13, 'soon', 'good for 13 days more'],
  // A guard makes one for three days, and the next when a day is left.
  ['of three days', -30, 42, 'good', 'good for 42 h more'],
  ['of three days that was not made anew', -60, 12, 'soon', 'good for 12 h more'],
  ['that is over', -72, 0, 'over', 'expired at 2026-11-28T12:00:00Z'],
])('a certificate %s', (_, from, to, type, said) => {
  expect(lifeOf({ validFromDate: dateAt(from), validToDate: dateAt(to) }, now)).toEqual({ type, said });
});
