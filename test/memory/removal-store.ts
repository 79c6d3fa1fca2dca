import type { CheckpointStore } from '#use-cases/checkpoint-ports.ts';
import type { RemovalStore } from '#use-cases/removal-ports.ts';
import type { MemoryEventStore } from './event-store.ts';

/** Removes logs from a store in memory; what `checkpoints` says waits is awaited too. */
export const createMemoryRemovalStore = (
  logs: MemoryEventStore,
  checkpoints: Pick<CheckpointStore, 'waiting'>,
): RemovalStore => {
  const isAwaited: RemovalStore['isAwaited'] = async (id) => {
    const waiting = await checkpoints.waiting(Number.MAX_SAFE_INTEGER);
    return waiting.some((one) => one.id === id) || logs.isAwaited(id);
  };
  return {
    isAwaited,
    submittedBefore: async (status, moment, limit, skip) =>
      (await logs.inStatus(status, Number.MAX_SAFE_INTEGER))
        .filter((id) => {
          const at = logs.submittedAt(id);
          return at !== undefined && Temporal.Instant.compare(at, moment) <= 0;
        })
        .toReversed()
        .slice(skip, skip + limit),
    remove: async ({ id, entries }) => {
      const isAsExpected = (await logs.read(id)).length === entries;
      return isAsExpected && (await isAwaited(id)) ? 'awaited' : logs.forget(id, entries);
    },
    trimStream: async () => {},
  };
};
