import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStart } from './start.ts';

const noon = Temporal.Instant.from('2026-11-26T11:00:00Z'); // 12:00 in Berlin
const berlin = (text: string, now = noon): string => {
  const read = parseStart(text, 'Europe/Berlin', now);
  return read.ok ? read.value.toString() : read.error;
};

describe('a time to begin at', () => {
  test.each([
    ['22:00', '2026-11-26T21:00:00Z'],
    [' 12:01 ', '2026-11-26T11:01:00Z'],
    ['12:00', '2026-11-27T11:00:00Z'],
    ['6:00', '2026-11-27T05:00:00Z'],
    ['tomorrow 06:00', '2026-11-27T05:00:00Z'],
    ['Today 23:59', '2026-11-26T22:59:00Z'],
    ['2026-12-01 22:00', '2026-12-01T21:00:00Z'],
    ['2026-12-01T22:00', '2026-12-01T21:00:00Z'],
  ])('%s is the next one that comes, by the clock of whoever asks', (text, at) => {
    expect(berlin(text)).toBe(at);
  });

  test.each([
    ['', 'is not a time to begin at'],
    ['later', '"later" is not a time to begin at'],
    ['24:00', 'is not a time'],
    ['22', 'is not a time'],
    ['22:00Z', 'is not a time'],
    ['2026-02-30 10:00', 'There is no day 2026-02-30'],
    ['today 11:59', '"today 11:59" is over already (Europe/Berlin).'],
    ['2020-01-01 10:00', 'is over already'],
    ['2026-12-11 12:01', 'is more than 14 days ahead'],
    ['x'.repeat(500), '…" is not a time'],
  ])('%s is refused, with what to write', (text, said) => {
    expect(berlin(text)).toContain(said);
  });

  test('that the clocks skip is refused, and of one that comes twice the first is meant', () => {
    const march = Temporal.Instant.from('2026-03-28T12:00:00Z');
    expect(berlin('2026-03-29 02:30', march)).toBe(
      'There is no 02:30 on that day: the clocks skip it (Europe/Berlin).',
    );
    expect(berlin('2026-03-29 03:30', march)).toBe('2026-03-29T01:30:00Z');
    const october = Temporal.Instant.from('2026-10-24T12:00:00Z');
    expect(berlin('2026-10-25 02:30', october)).toBe('2026-10-25T00:30:00Z');
  });

  test('is never in the past, and what is read stands on the clock as it was written', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia');
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.nat(400),
        (zone, h, m, days) => {
          const now = noon.add({ hours: days * 24 + h * m });
          const text = `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
          const read = parseStart(text, zone, now);
          if (!read.ok) return expect(read.error).toContain('the clocks skip it');
          expect(Temporal.Instant.compare(read.value, now)).toBe(1);
          expect(read.value.since(now).total('hours')).toBeLessThanOrEqual(49);
          expect(read.value.toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'minute' })).toBe(text);
        },
      ),
    );
  });
});
