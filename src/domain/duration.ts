import { err, ok, type Result } from './result.ts';

const units = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;
const longest = 366 * units.d;
const spelling = 'Write it like "30m", "1h30m" or "2h".';

/**
 * Reads a duration as people write it: whole numbers with d, h, m, s, each once and from large to small, nothing between.
 * Libraries read `1h -5m` as 65 minutes and `5` as five milliseconds; here both are refused, with the right spelling.
 */
export const parseDuration = (text: string): Result<Temporal.Duration, string> => {
  const trimmed = text.trim();
  const shown = JSON.stringify(trimmed.length > 40 ? `${trimmed.slice(0, 40)}…` : trimmed);
  const parts = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/.exec(trimmed);
  if (trimmed === '' || parts === null) return err(`${shown} is not a duration. ${spelling}`);
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const total = (days ?? 0) * units.d + (hours ?? 0) * units.h + (minutes ?? 0) * units.m + (seconds ?? 0);
  if (total === 0) return err(`${shown} is no time at all. ${spelling}`);
  if (total > longest) return err(`${shown} is longer than a year. ${spelling}`);
  return ok(Temporal.Duration.from({ seconds: total }));
};

/** Writes a duration the way `parseDuration` reads it: `1h30m`, `45s`, `2d4h`. */
export const formatDuration = (duration: Temporal.Duration): string => {
  let rest = Math.max(0, Math.round(duration.total('seconds')));
  const parts: string[] = [];
  for (const [unit, size] of Object.entries(units)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join('') || '0s';
};

/** True when the first lasts longer than the second. */
export const isLonger = (first: Temporal.Duration, second: Temporal.Duration): boolean =>
  first.total('seconds') > second.total('seconds');
