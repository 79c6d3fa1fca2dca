import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayNames, isWithin as isOpen, sayWindow, type Window, wallsAt } from './window.ts';

const isWithin = (windows: readonly Window[], at: Temporal.Instant): boolean => isOpen(windows, wallsAt(at));

const window = (changed: { readonly [Key in keyof Window]?: unknown } = {}): Window =>
  ({ zone: 'Europe/Berlin', days: dayNames, ...changed }) as Window;
const time = (text: string): Temporal.PlainTime => Temporal.PlainTime.from(text);
const night = window({ from: time('22:00'), until: time('06:00') });
const at = (text: string, zone = 'Europe/Berlin'): Temporal.Instant =>
  Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant();

describe('a window over midnight', () => {
  test.each([
    ['2026-11-26T21:59:59', false],
    ['2026-11-26T22:00', true],
    ['2026-11-27T00:00', true],
    ['2026-11-27T02:00', true],
    ['2026-11-27T05:59:59', true],
    ['2026-11-27T06:00', false],
  ])('%s: %s', (when, expected) => {
    expect(isWithin([night], at(when))).toBe(expected);
  });

  test('belongs to the day on which it begins', () => {
    const friday = window({ ...night, days: ['fri'] });
    expect(isWithin([friday], at('2026-11-27T23:00'))).toBe(true);
    expect(isWithin([friday], at('2026-11-28T05:00'))).toBe(true);
    expect(isWithin([friday], at('2026-11-27T05:00'))).toBe(false);
    expect(isWithin([friday], at('2026-11-28T23:00'))).toBe(false);
    const sunday = window({ ...night, days: ['sun'] });
    expect(isWithin([sunday], at('2026-11-30T05:00'))).toBe(true);
  });
});

test('a window within a day, whole days, and several of them', () => {
  const office = window({ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: time('09:00'), until: time('17:00') });
  expect(isWithin([office], at('2026-11-26T09:00'))).toBe(true);
  expect(isWithin([office], at('2026-11-26T17:00'))).toBe(false);
  expect(isWithin([office], at('2026-11-28T12:00'))).toBe(false);
  const weekend = window({ days: ['sat', 'sun'] });
  expect(isWithin([weekend], at('2026-11-28T00:00'))).toBe(true);
  expect(isWithin([weekend], at('2026-11-29T23:59:59'))).toBe(true);
  expect(isWithin([weekend], at('2026-11-30T00:00'))).toBe(false);
  expect(isWithin([office, weekend], at('2026-11-28T12:00'))).toBe(true);
  expect(isWithin([], at('2026-11-28T12:00'))).toBe(false);
  expect(isWithin([window({ from: time('18:00') })], at('2026-11-26T23:59'))).toBe(true);
  expect(isWithin([window({ from: time('18:00') })], at('2026-11-26T00:00'))).toBe(false);
  expect(isWithin([window({ until: time('06:00') })], at('2026-11-26T05:00'))).toBe(true);
});

describe('where clocks are changed', () => {
  // 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
  const small = window({ from: time('02:00'), until: time('03:00') });

  test('an hour that there is not is no time at all', () => {
    for (const utc of ['2026-03-29T00:30Z', '2026-03-29T01:00Z', '2026-03-29T01:30Z'])
      expect(isWithin([small], Temporal.Instant.from(utc))).toBe(false);
  });

  test('an hour that comes twice counts twice', () => {
    for (const utc of ['2026-10-25T00:00Z', '2026-10-25T00:59Z', '2026-10-25T01:00Z', '2026-10-25T01:59Z'])
      expect(isWithin([small], Temporal.Instant.from(utc))).toBe(true);
    expect(isWithin([small], Temporal.Instant.from('2026-10-25T02:00Z'))).toBe(false);
  });

  test('a night ends at its hour, however long it was', () => {
    expect(isWithin([night], Temporal.Instant.from('2026-03-29T03:59Z'))).toBe(true);
    expect(isWithin([night], Temporal.Instant.from('2026-03-29T04:00Z'))).toBe(false);
    expect(isWithin([night], Temporal.Instant.from('2026-10-25T04:59Z'))).toBe(true);
    expect(isWithin([night], Temporal.Instant.from('2026-10-25T05:00Z'))).toBe(false);
  });
});

test('a window and what is left of the day around it are all of the day', () => {
  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const moment = fc.integer({ min: 1_760_000_000, max: 1_800_000_000 });
  const toTime = (minutes: number) => time('00:00').add({ minutes });
  fc.assert(
    fc.property(
      minute,
      minute,
      moment,
      fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York'),
      (a, b, s, zone) => {
        fc.pre(a !== b);
        const [from, until] = [toTime(a), toTime(b)];
        const instant = Temporal.Instant.fromEpochMilliseconds(s * 1_000);
        const one = isWithin([window({ zone, from, until })], instant);
        expect(isWithin([window({ zone, from: until, until: from })], instant)).toBe(!one);
      },
    ),
  );
});

test('a window is said in words', () => {
  expect(sayWindow(night)).toBe('every day 22:00–06:00 Europe/Berlin');
  expect(sayWindow(window({ days: ['sat', 'sun'], zone: 'UTC' }))).toBe('sat, sun UTC');
  expect(sayWindow(window({ days: ['mon'], from: time('18:30'), zone: 'UTC' }))).toBe('mon 18:30–00:00 UTC');
});
