import { err, ok, type Result } from './result.ts';

/** So far ahead something may be asked for: an approval says something of the near future only. */
export const furthest = Temporal.Duration.from({ hours: 14 * 24 });
const spelling = 'Write it like "22:00", "tomorrow 06:00" or "2026-12-01 22:00".';

/**
 * Reads when something shall begin, by the clock of whoever asks: a time of day is the next one that comes. A time that the
 * clocks skip is refused; of one that comes twice the first is meant. `err` says what to write, for a person.
 */
export const parseStart = (text: string, zone: string, now: Temporal.Instant): Result<Temporal.Instant, string> => {
  const trimmed = text.trim();
  const shown = JSON.stringify(trimmed.length > 40 ? `${trimmed.slice(0, 40)}…` : trimmed);
  const parts = /^(?:(today|tomorrow|\d{4}-\d{2}-\d{2})(?:\s+|[tT]))?([01]?\d|2[0-3]):([0-5]\d)$/i.exec(trimmed);
  if (parts === null) return err(`${shown} is not a time to begin at. ${spelling}`);
  const [, word, hour, minute] = parts;
  const local = now.toZonedDateTimeISO(zone);
  const today = local.toPlainDate();
  const date = dateOf(word?.toLowerCase(), today);
  if (date === undefined) return err(`There is no day ${word}. ${spelling}`);
  const time = Temporal.PlainTime.from({ hour: Number(hour), minute: Number(minute) });
  const first = instantOf(date, time, zone);
  // What the clocks have skipped is over once they show a later time.
  const isOver =
    first === undefined
      ? Temporal.PlainTime.compare(time, local.toPlainTime()) <= 0
      : Temporal.Instant.compare(first, now) <= 0;
  const start = isOver && word === undefined ? instantOf(today.add({ days: 1 }), time, zone) : first;
  if (start === undefined)
    return err(`There is no ${time.toString({ smallestUnit: 'minute' })} on that day: the clocks skip it (${zone}).`);
  if (Temporal.Instant.compare(start, now) <= 0) return err(`${shown} is over already (${zone}).`);
  if (Temporal.Instant.compare(start, now.add(furthest)) > 0) return err(`${shown} is more than 14 days ahead.`);
  return ok(start);
};

const dateOf = (word: string | undefined, today: Temporal.PlainDate): Temporal.PlainDate | undefined => {
  if (word === undefined || word === 'today') return today;
  if (word === 'tomorrow') return today.add({ days: 1 });
  try {
    return Temporal.PlainDate.from(word, { overflow: 'reject' });
  } catch {
    return undefined;
  }
};

/** Undefined for a time that is not there on this day. */
const instantOf = (date: Temporal.PlainDate, time: Temporal.PlainTime, zone: string): Temporal.Instant | undefined => {
  const moment = date.toPlainDateTime(time).toZonedDateTime(zone, { disambiguation: 'earlier' });
  return moment.toPlainTime().equals(time) ? moment.toInstant() : undefined;
};
