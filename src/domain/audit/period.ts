import { err, ok, type Result } from '#domain/result.ts';

/** From the first moment on, and before the last one. */
export type Period = { readonly from: Temporal.Instant; readonly to: Temporal.Instant };

const spelling = 'Write it like 2026-03-31, which is a whole day in UTC, or like 2026-03-31T18:00:00Z.';

/**
 * Reads both ends of a period: days in UTC, of which the last one counts whole, or instants with an offset, of which the last one does
 * not count any more.
 */
export const readPeriod = (from: string, to: string): Result<Period, string> => {
  const [first, last] = [momentOf(from, 0), momentOf(to, 1)];
  if (first === undefined) return err(`--from ${JSON.stringify(from)} is no day and no instant. ${spelling}`);
  if (last === undefined) return err(`--to ${JSON.stringify(to)} is no day and no instant. ${spelling}`);
  if (Temporal.Instant.compare(first, last) >= 0)
    return err(
      `--to ${JSON.stringify(to)} is not after --from ${JSON.stringify(from)}. Say the earlier one with --from.`,
    );
  return ok({ from: first, to: last });
};

/** `days`: of a whole day, the beginning of so many days after. */
const momentOf = (text: string, days: number): Temporal.Instant | undefined => {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text))
      return Temporal.PlainDate.from(text).add({ days }).toZonedDateTime('UTC').toInstant();
    return /^\d{4}-\d\d-\d\dT/.test(text) ? Temporal.Instant.from(text) : undefined;
  } catch {
    return undefined;
  }
};

export const isWithin = ({ from, to }: Period, at: Temporal.Instant): boolean =>
  Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) < 0;

/** As people read it: whole days as such, with the last one that counts. */
export const sayPeriod = ({ from, to }: Period): string => {
  const [first, last] = [dayOf(from), dayOf(to)];
  if (first === undefined || last === undefined) return `${from} to ${to}`;
  const inclusive = last.subtract({ days: 1 });
  return first.equals(inclusive) ? first.toString() : `${first} to ${inclusive}`;
};

const dayOf = (at: Temporal.Instant): Temporal.PlainDate | undefined => {
  const zoned = at.toZonedDateTimeISO('UTC');
  return zoned.equals(zoned.startOfDay()) ? zoned.toPlainDate() : undefined;
};
