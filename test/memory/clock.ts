import type { Clock } from '#use-cases/ports.ts';

export type MemoryClock = Clock & {
  readonly advance: (by: Temporal.DurationLike) => void;
  readonly set: (now: Temporal.Instant) => void;
};

/** A clock that stands until it is moved. */
export const createMemoryClock = (start = Temporal.Instant.from('2026-03-02T09:00:00Z')): MemoryClock => {
  let now = start;
  return {
    now: async () => now,
    advance: (by) => {
      now = now.add(by);
    },
    set: (instant) => {
      now = instant;
    },
  };
};
