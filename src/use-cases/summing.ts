import type { RequestId } from '#domain/ids.ts';

/**
 * What the ends of grants are summed up with. All of it is for the record: nothing that begins or ends waits for it, and
 * nothing fails with it.
 */
export type Summing = {
  /** Keeps how things stood when a grant began, closed, for so many seconds; what was kept before is replaced. */
  readonly keep: (id: RequestId, closed: string, seconds: number) => Promise<void>;
  readonly read: (id: RequestId) => Promise<string | undefined>;
  readonly forget: (id: RequestId) => Promise<void>;
  /** When audit events of a cluster were taken in last; undefined where none come. */
  readonly lastAudit: (cluster: string) => Promise<Temporal.Instant | undefined>;
  readonly later: Later;
  /** Whether something waits, is under way or rests under this key. */
  readonly isUnderWay: (key: string) => boolean;
  /** Lets nothing begin under this key for so many milliseconds. */
  readonly rest: (key: string, milliseconds: number) => void;
};

/** Under what a grant is summed up. */
export const summingKey = (id: RequestId): string => `sum-up ${id}`;

/** Under what the pods of its workloads are looked after. */
export const lookingKey = (id: RequestId): string => `look-after ${id}`;

/** Does something behind what matters, a few at a time; what waits or is under way under the same key is not begun again. */
export type Later = (key: string, work: () => Promise<void>) => void;

export type LaterOptions = {
  readonly lanes: number;
  /** What comes when so many wait is left out. */
  readonly most: number;
  readonly onFault: (cause: unknown, key: string) => void;
  /** Milliseconds since any moment, by a clock that nobody sets. */
  readonly elapsed: () => number;
};

/** `stop` waits for what is under way, and leaves out what waits. */
export const createLater = ({
  lanes,
  most,
  onFault,
  elapsed,
}: LaterOptions): Pick<Summing, 'later' | 'isUnderWay' | 'rest'> & { readonly stop: () => Promise<void> } => {
  const waiting = new Map<string, () => Promise<void>>();
  const running = new Map<string, Promise<void>>();
  const resting = new Map<string, number>();
  let isStopped = false;
  const next = (): void => {
    if (isStopped || running.size >= lanes) return;
    const [first] = waiting;
    if (first === undefined) return;
    const [key, work] = first;
    waiting.delete(key);
    const done = work()
      .catch((cause: unknown) => onFault(cause, key))
      .finally(() => {
        running.delete(key);
        next();
      });
    running.set(key, done);
    next();
  };
  const isResting = (key: string): boolean => {
    const now = elapsed();
    for (const [one, until] of resting) if (until <= now) resting.delete(one);
    return resting.has(key);
  };
  const isUnderWay = (key: string): boolean => waiting.has(key) || running.has(key) || isResting(key);
  return {
    isUnderWay,
    rest: (key, milliseconds) => void resting.set(key, elapsed() + milliseconds),
    later: (key, work) => {
      if (isUnderWay(key) || waiting.size >= most) return;
      waiting.set(key, work);
      next();
    },
    stop: async () => {
      isStopped = true;
      await Promise.all(running.values());
    },
  };
};
