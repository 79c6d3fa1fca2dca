import type { ObservedEntry } from '#domain/guard/entry.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { newUses } from '#domain/request/watched.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';

/** Writes down what was done with a grant, each the first time: also what is reported when it has ended. Idempotent. */
export const noteObserved = async (ports: BotPorts, { id, cluster, uses }: ObservedEntry): Promise<void> => {
  for (;;) {
    const found = await find(ports, id);
    if (found.type !== 'found') return;
    const { asked, state } = found.chain.request;
    if ((state.status !== 'active' && state.status !== 'revoked') || asked.cluster !== cluster) return;
    const added = newUses(state, uses);
    if (added.length === 0) return;
    const event: RequestEvent = { type: 'observed', uses: [...added] };
    const result = await commit(ports, id, found.chain, [event], await ports.clock.now());
    if (result.type !== 'conflict') return;
  }
};
