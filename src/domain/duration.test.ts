import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, isLonger, parseDuration } from './duration.ts';

const secondsOf = (text: string): number | string => {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.value.total('seconds') : parsed.error;
};

test.each([
  ['30m', 1_800],
  ['1h30m', 5_400],
  ['2h', 7_200],
  ['1d', 86_400],
  ['45s', 45],
  ['90m', 5_400],
  ['1d2h3m4s', 93_784],
  ['366d', 366 * 86_400],
  ['0h5m', 300],
])('"%s" lasts %i seconds', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

test.each([' 30m', '30m ', '\t30m\n'])('white space around a duration does not matter: %j', (text) => {
  expect(secondsOf(text)).toBe(1_800);
});

test.each([
  '1h -5m',
  '-1h',
  '+1h',
  '9e99h',
  '1e1h',
  '5',
  '5.5h',
  '1,5h',
  '',
  ' ',
  'h',
  '1h 30m',
  '30m1h',
  '1h1h',
  '1H',
  '1min',
  '1w',
  '٣٠m',
  '３０m',
  '𝟛𝟘m',
  '30m\n1h',
  '30m\u0000',
  '30m\u200b',
  'PT30M',
  '0x1Fm',
  '99999d',
  'Infinityh',
  'NaNm',
])('%j is refused, with the right spelling', (text) => {
  expect(secondsOf(text)).toMatch(/is not a duration\. Write it like "30m", "1h30m" or "2h"\.$/);
});

test.each(['0', '0m', '0h0m', '00s'])('"%s" is no time at all and refused', (text) => {
  expect(secondsOf(text)).toMatch(/Write it like "30m"/);
});

test.each(['367d', '9999d', '99999h', '366d1s', '99999999s'])('"%s" is longer than a year and refused', (text) => {
  expect(secondsOf(text)).toMatch(/is longer than a year/);
});

test('a refusal repeats the value in quotes, and of a long one only the beginning', () => {
  expect(secondsOf('3 hours')).toContain('"3 hours"');
  expect(String(secondsOf('x'.repeat(100_000))).length).toBeLessThan(150);
});

test('what is written from up to two units is read back as the same', () => {
  const sizes = [86_400, 3_600, 60, 1];
  const counts = [366, 23, 59, 59];
  const twoUnits = fc
    .tuple(fc.nat(3), fc.nat(3))
    .chain(([one, other]) =>
      fc
        .tuple(fc.nat(counts[one] ?? 0), fc.nat(one === other ? 0 : (counts[other] ?? 0)))
        .map(([many, few]) => many * (sizes[one] ?? 0) + few * (sizes[other] ?? 0)),
    );
  fc.assert(
    fc.property(
      twoUnits.filter((seconds) => seconds > 0 && seconds <= 366 * 86_400),
      (seconds) => {
        expect(secondsOf(formatDuration(Temporal.Duration.from({ seconds })))).toBe(seconds);
      },
    ),
  );
});

test('what is written of any duration can be read, and is never more than it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 366 * 86_400 }), (seconds) => {
      const read = secondsOf(formatDuration(Temporal.Duration.from({ seconds })));
      expect(read).toBeLessThanOrEqual(seconds);
      expect(read).toBeGreaterThan(seconds * 0.95);
    }),
  );
});

test('any text is either refused in words or lasts between a second and a year', () => {
  const pieces = fc.array(fc.constantFrom('1', '9', '0', 'd', 'h', 'm', 's', '-', ' ', '.', 'e'), { maxLength: 12 });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary-ascii' }),
        pieces.map((list) => list.join('')),
      ),
      (text) => {
        const read = secondsOf(text);
        if (typeof read === 'string') expect(read).toContain('Write it like');
        else expect(read).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 366 * 86_400);
      },
    ),
  );
});

test('nothing, less than nothing and fractions are written too', () => {
  expect(formatDuration(Temporal.Duration.from({ seconds: 0 }))).toBe('0s');
  expect(formatDuration(Temporal.Duration.from({ seconds: -5 }))).toBe('0s');
  expect(formatDuration(Temporal.Duration.from({ milliseconds: 59_600 }))).toBe('1m');
});

test('ninety minutes are not longer than an hour and a half, but than an hour', () => {
  const minutes = (count: number) => Temporal.Duration.from({ minutes: count });
  expect(isLonger(minutes(90), Temporal.Duration.from({ hours: 1, minutes: 30 }))).toBe(false);
  expect(isLonger(minutes(90), Temporal.Duration.from({ hours: 1 }))).toBe(true);
});
