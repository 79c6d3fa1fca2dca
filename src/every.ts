import { setTimeout as pause } from 'node:timers/promises';

/**
 * Does something again and again, so many milliseconds after it was done, until it is stopped. A fault is handed on and
 * the next round comes all the same. `stop` waits for the round that is under way.
 */
export const every = (
  milliseconds: number,
  work: () => Promise<void>,
  onFault: (cause: unknown) => void,
): { readonly stop: () => Promise<void> } => {
  const stopping = new AbortController();
  const rounds = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await work().catch(onFault);
      await pause(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = rounds();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
