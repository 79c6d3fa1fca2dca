import type { RequestId } from '#domain/ids.ts';
import type { CheckpointStore } from '#use-cases/checkpoint-ports.ts';
import type { Clock, EventStore } from '#use-cases/ports.ts';

/** Checkpoints in memory, of the logs of a store that it learns of when they are appended to through `watch`. */
export type MemoryCheckpointStore = CheckpointStore & {
  /** The same store, whose appends are noticed. */
  readonly watched: EventStore;
  /** As a thief of Redis could. */
  readonly tamper: (edit: (lines: readonly string[]) => readonly string[]) => void;
  /** Forgets which requests wait, as an index that was deleted. */
  readonly lose: () => void;
};

export const createMemoryCheckpointStore = (store: EventStore, clock: Clock): MemoryCheckpointStore => {
  let lines: readonly string[] = [];
  const waiting = new Map<RequestId, Temporal.Instant>();
  const known = new Set<RequestId>();
  return {
    watched: {
      ...store,
      append: async (id, ...rest) => {
        const result = await store.append(id, ...rest);
        known.add(id);
        if (result.type === 'appended' && !waiting.has(id)) waiting.set(id, await clock.now());
        return result;
      },
    },
    tamper: (edit) => {
      lines = edit(lines);
    },
    lose: () => waiting.clear(),
    waiting: async (limit, skip = 0) =>
      [...waiting]
        .map(([id, since]) => ({ id, since }))
        .sort((one, other) => Temporal.Instant.compare(one.since, other.since))
        .slice(skip, skip + limit),
    latest: async () => lines.at(-1),
    count: async () => lines.length,
    lines: async (from, many) => lines.slice(from, from + many),
    append: async (expected, line, covered) => {
      if (lines.at(-1) !== expected) return false;
      lines = [...lines, line];
      const now = await clock.now();
      for (const [id, version] of covered)
        if ((await store.read(id)).length === version) waiting.delete(id);
        else waiting.set(id, now);
      return true;
    },
    async *lengths() {
      yield await Promise.all([...known].map(async (id) => [id, (await store.read(id)).length] as const));
    },
    mark: async (ids, at) => {
      for (const id of ids) if (!waiting.has(id)) waiting.set(id, at);
    },
  };
};
