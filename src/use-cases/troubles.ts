import type { Alarm } from './ports.ts';

export type Outcome = 'written' | 'moved';

export type Troubles = {
  /** Says it, unless it was said and is not over. */
  readonly tell: (trouble: string, ...said: Parameters<Alarm>) => void;
  /**
   * Mends it and says it. Where another process was first (`moved`), that one says it; it is said here when it is still
   * so the next time. What mending throws is thrown, after it was said.
   */
  readonly mending: (trouble: string, mend: () => Promise<Outcome>, ...said: Parameters<Alarm>) => Promise<void>;
  readonly over: (...troubles: readonly string[]) => void;
};

/** Tells each trouble once until it is over. */
export const createTroubles = (alarm: Alarm): Troubles => {
  const known = new Map<string, 'left to another' | 'told'>();
  const tell: Troubles['tell'] = (trouble, ...said) => {
    if (known.get(trouble) === 'told') return;
    known.set(trouble, 'told');
    alarm(...said);
  };
  return {
    tell,
    mending: async (trouble, mend, ...said) => {
      const outcome = await mend().catch((cause: unknown) => {
        tell(trouble, ...said);
        throw cause;
      });
      if (outcome === 'moved' && !known.has(trouble)) known.set(trouble, 'left to another');
      else tell(trouble, ...said);
    },
    over: (...troubles) => {
      for (const trouble of troubles) known.delete(trouble);
    },
  };
};
