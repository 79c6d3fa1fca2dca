import { describe, expect, test } from 'vitest';
import { isWithin, readPeriod, sayPeriod } from './period.ts';

const period = (from: string, to: string) => {
  const read = readPeriod(from, to);
  if (!read.ok) throw new Error(read.error);
  return read.value;
};
const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

describe('a period', () => {
  test('of days begins with the first and ends with the last, in UTC', () => {
    const quarter = period('2026-01-01', '2026-03-31');
    expect(quarter).toEqual({ from: at('2026-01-01T00:00:00Z'), to: at('2026-04-01T00:00:00Z') });
    expect(isWithin(quarter, at('2026-01-01T00:00:00Z'))).toBe(true);
    expect(isWithin(quarter, at('2025-12-31T23:59:59.999Z'))).toBe(false);
    expect(isWithin(quarter, at('2026-03-31T23:59:59.999Z'))).toBe(true);
    expect(isWithin(quarter, at('2026-04-01T00:00:00Z'))).toBe(false);
    expect(sayPeriod(quarter)).toBe('2026-01-01 to 2026-03-31');
    expect(sayPeriod(period('2028-02-29', '2028-02-29'))).toBe('2028-02-29');
  });

  test('of instants begins with the one and ends before the other, wherever they were said', () => {
    const day = period('2026-03-01T09:00:00+01:00', '2026-03-01T17:30:00Z');
    expect(sayPeriod(day)).toBe('2026-03-01T08:00:00Z to 2026-03-01T17:30:00Z');
    expect(isWithin(day, at('2026-03-01T17:30:00Z'))).toBe(false);
  });

  test.each([
    ['yesterday', '2026-01-01', '--from "yesterday" is no day'],
    ['', '2026-01-01', '--from "" is no day'],
    ['2026-02-30', '2026-03-01', '--from "2026-02-30" is no day'],
    ['2026-01-01', '2026-13-01', '--to "2026-13-01" is no day'],
    ['2026-01-01', '2026-01-01T12:00:00', '--to "2026-01-01T12:00:00" is no day and no instant'],
    ['2026-01-01', '+012026-01-01T00:00Z', 'is no day'],
    ['2026-01-02', '2026-01-01', '--to "2026-01-01" is not after --from "2026-01-02"'],
    ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00Z', 'is not after'],
    ['-271821-04-20', '2026-01-01', 'is no day'],
  ])('from %j to %j is told to be wrong', (from, to, error) => {
    const read = readPeriod(from, to);
    expect(read.ok ? '' : read.error).toContain(error);
  });
});
