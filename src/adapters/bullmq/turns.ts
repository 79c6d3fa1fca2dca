/** Lets works of one key go a few at a time. */
export type Turns = {
  /** Runs `work` when its turn has come, unless the signal came first; its place is given up with the signal at the latest. */
  readonly take: <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
};

type Line = { going: number; readonly waiting: (() => void)[] };

/** So many of one key at a time; the others wait, first come, first served. Nothing is kept of a key that has none. */
export const createTurns = (most: number): Turns => {
  const lines = new Map<string, Line>();
  const lineOf = (key: string): Line => {
    const line = lines.get(key) ?? { going: 0, waiting: [] };
    lines.set(key, line);
    return line;
  };

  const enter = async (line: Line, signal: AbortSignal): Promise<void> => {
    if (line.going < most) {
      line.going += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      line.waiting.splice(line.waiting.indexOf(come), 1);
      reject(signal.reason);
    };
    const come = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    line.waiting.push(come);
    signal.addEventListener('abort', leave, { once: true });
    await promise;
  };

  /** Whoever waits takes the place over, so that nobody who comes now is before them. */
  const giveUp = (key: string, line: Line): void => {
    const next = line.waiting.shift();
    next?.();
    if (next === undefined) line.going -= 1;
    if (line.going === 0) lines.delete(key);
  };

  return {
    take: async (key, signal, work) => {
      signal.throwIfAborted();
      const line = lineOf(key);
      await enter(line, signal);
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      void ended.then(() => giveUp(key, line));
      signal.addEventListener('abort', () => end(), { once: true });
      if (signal.aborted) end();
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        end();
      }
    },
  };
};
