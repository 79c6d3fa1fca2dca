import type { RequestId } from '#domain/ids.ts';
import { type Chain, readChain, type Trust } from '#domain/request/chain.ts';

/** Reads a request's log as `readChain` does. */
export type ReadLog = (...read: readonly [RequestId, readonly string[], Trust]) => ReturnType<typeof readChain>;

/** Logs that are remembered, and characters of each: some 20 MB in all. A longer one is read from its first line each time. */
const most = { logs: 500, characters: 20_000 } as const;

/**
 * Remembers what was read from which lines. The same lines, each letter of them, read the same, so that not each signature has to be
 * looked at again, and of a log that was added to only the new ones; one letter that is another, and all of them are. For one set of
 * trusted keys, as a process has it.
 */
export const createRememberedLogs = (): ReadLog => {
  const known = new Map<RequestId, { readonly lines: readonly string[]; readonly chain: Chain | undefined }>();
  return (id, lines, trust) => {
    const before = known.get(id);
    known.delete(id);
    const isKnown = before !== undefined && areFirst(before.lines, lines);
    const read = readChain(id, lines, trust, isKnown ? before.chain : undefined);
    if (read.ok && lines.reduce((sum, { length }) => sum + length, 0) <= most.characters) {
      const [oldest] = known.size < most.logs ? [] : known.keys();
      if (oldest !== undefined) known.delete(oldest);
      known.set(id, { lines, chain: read.value });
    }
    return read;
  };
};

/** Whether a log was only added to. */
const areFirst = (some: readonly string[], lines: readonly string[]): boolean =>
  some.length <= lines.length && some.every((line, index) => line === lines[index]);
