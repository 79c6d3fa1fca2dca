import { setTimeout as pause } from 'node:timers/promises';
import type { RequestId } from '#domain/ids.ts';
import type { EventStore } from '#use-cases/ports.ts';

export type Waiting = {
  /**
   * Waits until a log has more than so many entries, for at most so many milliseconds. `crowded`: too many wait already, of all or of
   * those that `who` names.
   */
  readonly until: (
    id: RequestId,
    entries: number,
    within: number,
    signal: AbortSignal,
    who: string,
  ) => Promise<'over' | 'crowded'>;
};

/** Milliseconds between two looks, in which all that wait are looked up together. */
const every = 250;
const most = 500;
/** Nobody keeps all places. */
const mostOfOne = 100;

type Waiter = { readonly id: RequestId; readonly entries: number; readonly who: string; readonly wake: () => void };

/** Looks after all who wait with one question for each round, however many they are; with none there is no round. */
export const createWaiting = ({ lengths }: Pick<EventStore, 'lengths'>): Waiting => {
  const waiters = new Set<Waiter>();
  let isLooking = false;

  const look = async (): Promise<void> => {
    isLooking = true;
    while (waiters.size > 0) {
      await pause(every);
      const all = [...waiters];
      // Who waits while the store is away is answered at the end of their time.
      const found = await lengths(all.map(({ id }) => id)).catch(() => []);
      for (const [index, waiter] of all.entries()) if ((found[index] ?? 0) > waiter.entries) waiter.wake();
    }
    isLooking = false;
  };

  return {
    until: async (id, entries, within, signal, who) => {
      const ofOne = [...waiters].filter((waiter) => waiter.who === who).length;
      if (waiters.size >= most || ofOne >= mostOfOne) return 'crowded';
      if (signal.aborted) return 'over';
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiter: Waiter = { id, entries, who, wake: resolve };
      waiters.add(waiter);
      if (!isLooking) void look();
      const timer = setTimeout(resolve, within);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
      waiters.delete(waiter);
      return 'over';
    },
  };
};
