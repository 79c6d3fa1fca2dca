import { expect, test } from 'vitest';
import { createMemoryClock } from '#test/memory/clock.ts';
import { createAlteredAlarm } from './altered-alarm.ts';

const clicked = { request: 'k7m2-qx', button: 'approve', by: 'U0BOB', where: 'C02APPROVE 1.000001' };

test('it is said what was clicked, by whom and where, what it may mean and what to do; many are one word a minute', async () => {
  const clock = createMemoryClock();
  const said: (readonly [string, Readonly<Record<string, string>>])[] = [];
  const alarm = createAlteredAlarm({ clock, alarm: (message, fields) => void said.push([message, fields]) });
  for (let click = 0; click < 4; click += 1) await alarm(clicked);
  expect(said).toHaveLength(1);
  for (const words of ['rotate it at Slack', 'ask those who approved lately', 'if this is told of every card'])
    expect(said[0]?.[0]).toContain(words);
  expect(said[0]?.[1]).toEqual(clicked);
  clock.advance({ seconds: 61 });
  await alarm({ ...clicked, request: '2222-22' });
  expect(said[1]?.[1]).toEqual({ ...clicked, request: '2222-22', 'and before this one': '3' });
});
