/** ISO numbers: 1 is Monday. */
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const dayNames = days;
export type Day = (typeof days)[number];

/**
 * A part of the week, by the clock on the wall of a time zone. One that begins at 22:00 and ends at 06:00 goes over midnight
 * and belongs to the day on which it begins. Without times it is whole days. The end is not part of it.
 */
export type Window = {
  readonly zone: string;
  readonly days: readonly Day[];
  readonly from?: Temporal.PlainTime | undefined;
  readonly until?: Temporal.PlainTime | undefined;
};

const midnight = Temporal.PlainTime.from('00:00');

/** What clocks and calendars on the walls of time zones show, to the minute: numbers, for hundreds of rules ask. */
export type Walls = (zone: string) => { readonly minute: number; readonly today: Day; readonly yesterday: Day };

/** At one instant; each zone is looked up once. */
export const wallsAt = (at: Temporal.Instant): Walls => {
  const known = new Map<string, ReturnType<Walls>>();
  return (zone) => {
    const there = known.get(zone);
    if (there !== undefined) return there;
    const local = at.toZonedDateTimeISO(zone);
    const today = local.toPlainDate();
    const shown = { minute: minuteOf(local), today: dayOf(today), yesterday: dayOf(today.subtract({ days: 1 })) };
    known.set(zone, shown);
    return shown;
  };
};

/** Whether one of the windows is open by these clocks. */
export const isWithin = (windows: readonly Window[], walls: Walls): boolean =>
  windows.some((one) => contains(one, walls(one.zone)));

const contains = ({ days: begins, from, until }: Window, { minute, today, yesterday }: ReturnType<Walls>): boolean => {
  const [first, end] = [minuteOf(from), minuteOf(until)];
  if (first < end) return minute >= first && minute < end && begins.includes(today);
  // Over midnight, or whole days.
  return (minute >= first && begins.includes(today)) || (minute < end && begins.includes(yesterday));
};

/** Of the day. */
const minuteOf = (time: { readonly hour: number; readonly minute: number } | undefined): number =>
  time === undefined ? 0 : time.hour * 60 + time.minute;
const dayOf = ({ dayOfWeek }: Temporal.PlainDate): Day => days[dayOfWeek - 1] ?? 'mon';

/** As in `mon, tue 22:00–06:00 Europe/Berlin`. */
export const sayWindow = ({ zone, days: begins, from, until }: Window): string => {
  const on = begins.length === days.length ? 'every day' : begins.join(', ');
  if (from === undefined && until === undefined) return `${on} ${zone}`;
  return `${on} ${hour(from ?? midnight)}–${hour(until ?? midnight)} ${zone}`;
};

const hour = (time: Temporal.PlainTime): string => time.toString({ smallestUnit: 'minute' });
