import { expect, test } from 'vitest';
import { parseStart } from './start.ts';

test('a time of day is the next one that comes, also on a day whose own the clocks have skipped', () => {
  // In Berlin the clocks skip 02:00 to 03:00 on 2026-03-29; at ten o'clock "02:30" is tomorrow's.
  const found = parseStart('02:30', 'Europe/Berlin', Temporal.Instant.from('2026-03-29T08:00:00Z'));
  expect(found.ok ? found.value.toString() : found.error).toBe('2026-03-30T00:30:00Z');
});
