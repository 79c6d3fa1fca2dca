import type { MisusedEntry } from '#domain/guard/entry.ts';
import { misuseIn } from '#domain/request/misuse.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';

/**
 * Has a grant ended for what a guard saw its person try. Idempotent: what comes late, or again, or of a grant that is not in force,
 * changes nothing.
 */
export const endMisused = async (ports: BotPorts, entry: MisusedEntry): Promise<void> => {
  for (;;) {
    const found = await find(ports, entry.id);
    const event = found.type === 'found' ? misuseIn(found.chain.request, entry) : undefined;
    if (found.type !== 'found' || event === undefined) return;
    const result = await commit(ports, entry.id, found.chain, [event], await ports.clock.now());
    if (result.type !== 'conflict') return;
  }
};
