import type { RequestId } from '#domain/ids.ts';
import { type Chain, readChain } from '#domain/request/chain.ts';

/** Reads a request's log as `readChain` does. */
export type ReadLog = typeof readChain;

/** Logs that are remembered, and characters of each: some 20 MB in all. A longer one is read from its first line each time. */
const most = { logs: 500, characters: 20_000 } as const;

/**
 * Remembers what was read from which lines. The same lines, each letter of them, read the same, so that not each signature has to be
 * looked at again; one letter more, and all of it is. For one set of trusted keys, as a process has it.
 */
export const createRememberedLogs = (): ReadLog => {
  const known = new Map<RequestId, { readonly lines: readonly string[]; readonly chain: Chain | undefined }>();
  return (id, lines, trust) => {
    const before = known.get(id);
    known.delete(id);
    const read =
      before !== undefined && isSame(before.lines, lines)
        ? { ok: true as const, value: before.chain }
        : readChain(id, lines, trust);
    if (read.ok && lines.reduce((sum, { length }) => sum + length, 0) <= most.characters) {
      const [oldest] = known.size < most.logs ? [] : known.keys();
      if (oldest !== undefined) known.delete(oldest);
      known.set(id, { lines, chain: read.value });
    }
    return read;
  };
};

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((line, index) => line === others[index]);
