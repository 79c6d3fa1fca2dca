import type { Watched } from '#domain/guard/agreed.ts';
import type { AgreedStates } from '#use-cases/drift-ports.ts';

export type MemoryAgreedStates = AgreedStates & {
  /** As a Redis that was emptied. */
  readonly empty: () => void;
};

/** What workers know of protected objects, in memory. */
export const createMemoryAgreedStates = (): MemoryAgreedStates => {
  const kept = new Map<string, Map<string, string>>();
  const keyOf = ({ cluster, namespace, profile }: Watched): string => `${cluster}/${namespace}/${profile}`;
  const linesOf = (place: Watched): Map<string, string> => {
    const key = keyOf(place);
    const found = kept.get(key) ?? new Map<string, string>();
    kept.set(key, found);
    return found;
  };
  return {
    all: async (place) => new Map(linesOf(place)),
    put: async (place, lines) => {
      const found = linesOf(place);
      for (const [key, line] of Object.entries(lines)) {
        if (line === undefined) found.delete(key);
        else found.set(key, line);
      }
    },
    claim: async (place, key, before, line) => {
      const found = linesOf(place);
      if (found.get(key) !== before) return false;
      if (line === undefined) found.delete(key);
      else found.set(key, line);
      return true;
    },
    forget: async (place) => void kept.delete(keyOf(place)),
    empty: () => kept.clear(),
  };
};
