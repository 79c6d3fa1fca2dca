/** Whether so much time has passed since a moment; since one that never was, it has. */
export const hasPassed = (
  now: Temporal.Instant,
  since: Temporal.Instant | undefined,
  duration: Temporal.Duration,
): boolean => since === undefined || Temporal.Instant.compare(now, since.add(duration)) >= 0;
