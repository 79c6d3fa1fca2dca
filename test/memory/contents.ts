import type { Contents } from '#use-cases/ports.ts';

/** What was shown, with a hand for whoever edits the store. */
export type MemoryContents = Contents & { readonly tamper: (edit: (text: string) => string | undefined) => void };

export const createMemoryContents = (): MemoryContents => {
  const kept = new Map<string, string>();
  return {
    keep: async (id, digest, text) => void kept.set(`${id} ${digest}`, text),
    read: async (id, digest) => kept.get(`${id} ${digest}`),
    tamper: (edit) => {
      for (const [key, text] of kept) {
        const edited = edit(text);
        if (edited === undefined) kept.delete(key);
        else kept.set(key, edited);
      }
    },
  };
};
