import type { RequestId } from '#domain/ids.ts';
import type { Summing } from '#use-cases/summing.ts';

/** What is kept for summaries, with hands for whoever loses it, and for a watcher. */
export type MemorySumming = Summing & {
  /** Does what was left for later, in order, as if nothing else were under way. Faults are answered. */
  readonly drain: () => Promise<readonly unknown[]>;
  /** What is kept, closed. */
  readonly kept: Map<RequestId, string>;
  /** When audit events of each cluster came last. */
  readonly watched: Map<string, Temporal.Instant>;
};

/** By this clock something rests; without one it never does. */
export const createMemorySumming = (now?: () => Temporal.Instant): MemorySumming => {
  const kept = new Map<RequestId, string>();
  const watched = new Map<string, Temporal.Instant>();
  const waiting = new Map<string, () => Promise<void>>();
  const resting = new Map<string, Temporal.Instant>();
  const isResting = (key: string): boolean => {
    const until = resting.get(key);
    return until !== undefined && now !== undefined && Temporal.Instant.compare(now(), until) < 0;
  };
  const isUnderWay = (key: string): boolean => waiting.has(key) || isResting(key);
  return {
    kept,
    watched,
    keep: async (id, closed) => void kept.set(id, closed),
    read: async (id) => kept.get(id),
    forget: async (id) => void kept.delete(id),
    lastAudit: async (cluster) => watched.get(cluster),
    isUnderWay,
    rest: (key, milliseconds) => void (now && resting.set(key, now().add({ milliseconds }))),
    later: (key, work) => void (isUnderWay(key) || waiting.set(key, work)),
    drain: async () => {
      const faults: unknown[] = [];
      for (const [key, work] of waiting) {
        waiting.delete(key);
        await work().catch((cause: unknown) => void faults.push(cause));
      }
      return faults;
    },
  };
};
