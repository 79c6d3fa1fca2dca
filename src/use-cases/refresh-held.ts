import type { RequestId } from '#domain/ids.ts';
import { heldIndexOf } from './held-index.ts';
import { find } from './request-log.ts';
import type { TakeInPorts } from './take-in-writes.ts';

const most = 200;

/**
 * Keeps true what is said of writes that wait: where their card is, for who is refused in a terminal, and how often they were
 * tried, on the card. What nobody has tried again is left as it is.
 */
export const createHeldRefresh = (
  ports: TakeInPorts,
  redraw: (id: RequestId) => Promise<void>,
): (() => Promise<void>) => {
  /** How often each was tried when it was drawn last, and where it was said to be. */
  const known = new Map<RequestId, { readonly count: number; readonly where: string | undefined }>();
  return async () => {
    const ids = await ports.store.inStatus('pending', most);
    for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
    for (const id of ids) {
      const found = await find(ports, id);
      if (found.type !== 'found') continue;
      const { asked } = found.chain.request;
      if (asked.held === undefined) continue;
      const count = (await ports.intake.attempts(heldIndexOf(asked, asked.held)))?.count ?? 0;
      const where = await ports.where(asked);
      const before = known.get(id);
      known.set(id, { count, where });
      if (where !== undefined && where !== before?.where) await ports.intake.say(id, { where });
      if (count > 1 && count !== before?.count) await redraw(id);
    }
  };
};
