import type { RequestId } from '#domain/ids.ts';
import { type Chain, extend } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import type { MemoryKeys } from '#test/memory/keys.ts';
import type { EventStore } from '#use-cases/ports.ts';
import { indexOf } from '#use-cases/request-log.ts';

/** Files a request with these events in a store, signed as they should be, each at this instant. */
export const fileIn = async (
  store: EventStore,
  keys: MemoryKeys,
  id: RequestId,
  events: readonly RequestEvent[],
  at: Temporal.Instant,
): Promise<void> => {
  let chain: Chain | undefined;
  for (const event of events) {
    const version: number = chain?.entries.length ?? 0;
    const added = extend(id, chain, [event], at, keys.signer(authorOf(event.type)), keys.trust);
    const appended = await store.append(id, version, added.lines, indexOf(added.chain.request));
    if (appended.type !== 'appended') throw new Error(`Request ${id} was not filed: ${appended.type}`);
    chain = added.chain;
  }
};
