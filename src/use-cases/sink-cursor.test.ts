import { expect, test } from 'vitest';
import { readBacklog, readCursor } from './sink-cursor.ts';

const at = Temporal.Instant.from('2026-11-20T12:00:00Z');
const until = { place: '1-0', at: at.toString() };
const kept = (value: object) => ({ read: async () => ({ version: 3, value: JSON.stringify(value) }) });
const stream = { end: async () => ({ place: '9-0', at }), after: async () => [] };

test('the place of a sink is read back with its version', async () => {
  const cursor = { schema: 1, ...until };
  expect(await readCursor(kept(cursor), 'siem')).toEqual({ version: 3, cursor });
});

test.each([
  { schema: 1, at: 'yesterday' },
  { schema: 1, ...until, reread: { since: 'yesterday', until } },
  { schema: 1, ...until, reread: { until: { at: '' } } },
])('a place in Redis with a time that is none is as good as none, and stops no sink: %j', async (cursor) => {
  expect(await readCursor(kept(cursor), 'siem')).toEqual({ version: 3, cursor: undefined });
  expect(await readBacklog({ stream, cursors: kept(cursor) }, 'siem')).toBeUndefined();
});
