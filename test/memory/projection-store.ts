import type { ProjectionStore } from '#use-cases/ports.ts';

export const createMemoryProjectionStore = (): ProjectionStore => {
  const views = new Map<string, { readonly version: number; readonly value: string }>();
  const locked = new Set<string>();
  return {
    read: async (id) => views.get(id),
    write: async (id, expectedVersion, value) => {
      if ((views.get(id)?.version ?? 0) !== expectedVersion) return false;
      views.set(id, { version: expectedVersion + 1, value });
      return true;
    },
    exclusively: async (id, work) => {
      if (locked.has(id)) return false;
      locked.add(id);
      try {
        await work();
      } finally {
        locked.delete(id);
      }
      return true;
    },
  };
};
