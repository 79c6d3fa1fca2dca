import { expect, test } from 'vitest';
import { sayWatching } from './check-watching.ts';

const now = Temporal.Instant.from('2026-11-26T12:00:00Z');

test.each([
  ['a moment ago', now.subtract({ seconds: 5 }), 'fine', 'They come from cluster prod'],
  ['five minutes ago', now.subtract({ minutes: 5 }), 'fine', 'They come from cluster prod'],
  // Redis' clock was set back meanwhile.
  ['in a while', now.add({ seconds: 20 }), 'fine', 'They come from cluster prod'],
  ['longer ago', now.subtract({ seconds: 301 }), 'caution', 'The last came 5m1s ago. Look whether its watcher runs'],
  ['far ahead', now.add({ hours: 2 }), 'caution', 'No audit events come from cluster prod'],
  ['never', undefined, 'caution', 'the use of grants is not watched there. Run a watcher for it'],
])('audit events that came last %s', (_, last, type, words) => {
  const finding = sayWatching('prod', now, last);
  expect(finding.type).toBe(type);
  expect(finding.text).toContain(words);
});
