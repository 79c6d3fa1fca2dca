import type { RequestId } from '#domain/ids.ts';
import { type Chain, readChain, type Trust } from '#domain/request/chain.ts';

/** Reads a request's log as `readChain` does. */
export type ReadLog = (...read: readonly [RequestId, readonly string[], Trust]) => ReturnType<typeof readChain>;

/**
 * Characters of all logs that are remembered, each of which takes some three bytes, and of one. A longer one is read from its first line
 * each time.
 */
const most = { inAll: 8_000_000, ofOne: 20_000 } as const;
/** What one takes that has no line, in characters. */
const atLeast = 500;

type Known = { readonly lines: readonly string[]; readonly chain: Chain | undefined; readonly characters: number };

/**
 * Remembers what was read from which lines. The same lines, each letter of them, read the same, so that not each signature has to be
 * looked at again, and of a log that was added to only the new ones; one letter that is another, and all of them are. For one set of
 * trusted keys, as a process has it.
 */
export const createRememberedLogs = (): ReadLog => {
  const known = new Map<RequestId, Known>();
  let inAll = 0;
  const forget = (id: RequestId): Known | undefined => {
    const before = known.get(id);
    if (before === undefined) return undefined;
    known.delete(id);
    inAll -= before.characters;
    return before;
  };
  return (id, lines, trust) => {
    const before = forget(id);
    const isKnown = before !== undefined && areFirst(before.lines, lines);
    const read = readChain(id, lines, trust, isKnown ? before.chain : undefined);
    const characters = lines.reduce((sum, { length }) => sum + length, atLeast);
    if (!read.ok || characters > most.ofOne) return read;
    known.set(id, { lines, chain: read.value, characters });
    inAll += characters;
    // The one that was read longest ago is the first.
    for (const oldest of known.keys()) {
      if (inAll <= most.inAll) break;
      forget(oldest);
    }
    return read;
  };
};

/** Whether a log was only added to. */
const areFirst = (some: readonly string[], lines: readonly string[]): boolean =>
  some.length <= lines.length && some.every((line, index) => line === lines[index]);
