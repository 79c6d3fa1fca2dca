import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from './socket-connection.ts';

/**
 * Slack closes a connection as a matter of routine; with two of the ten that an app may have, one always serves
 * (docs/decisions/0009).
 */
const lines = 2;

const stopPatience = 1_000;

/** Milliseconds. */
export type Pace = {
  /** Before each try, by the number of those that came to nothing; the last one for ever. */
  readonly pauses: readonly number[];
  /** A connection that has lasted so long was a good one: after it the pauses begin anew. */
  readonly steady: number;
  /** How long an announced end is waited for, while the next connection serves already. Slack announces it 10 s ahead. */
  readonly leave: number;
  /** How long no connection at all is nothing to speak of. */
  readonly blip: number;
  /** How long the first connection is waited for at start. */
  readonly start: number;
};
export const usualPace: Pace = {
  pauses: [0, 250, 500, 1_000, 1_000, 2_000, 2_000, 2_000, 5_000],
  steady: 10_000,
  leave: 10_000,
  blip: 1_000,
  start: 15_000,
};

/** What keeps a line from having a connection; `isFinal`: it will not help to try again with the same settings. */
export type NoConnection = { readonly why: string; readonly milliseconds?: number; readonly isFinal: boolean };

export type LinesSettings = {
  readonly open: () => Promise<Connection>;
  readonly faultOf: (cause: unknown) => NoConnection;
  /** There is no connection at all, for longer than a moment. Said once, until `onBack`. */
  readonly onOutage: (why: string) => void;
  readonly onBack: () => void;
  readonly pace: Pace;
};

export type Lines = {
  /** Resolves with the first connection; rejects when Slack refuses, or when there is none in time. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** False before the first connection, and while there has been none for longer than a moment. */
  readonly isUp: () => boolean;
};

/** Says once that there is nothing left, and once that there is something again. */
const createWatch = ({ onOutage, onBack, pace }: LinesSettings) => {
  let [isAway, wasThere] = [false, false];
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return {
    none: (why: () => string): void => {
      waiting ??= setTimeout(() => {
        isAway = true;
        onOutage(why());
      }, pace.blip);
    },
    some: (): void => {
      clearTimeout(waiting);
      waiting = undefined;
      if (isAway) onBack();
      isAway = false;
      wasThere = true;
    },
    isUp: (): boolean => wasThere && !isAway,
    stop: (): void => clearTimeout(waiting),
  };
};

/** Keeps two connections for as long as it runs: whatever ends one, the next is opened, for ever. */
export const createLines = (settings: LinesSettings): Lines => {
  const { open, faultOf, pace } = settings;
  const watch = createWatch(settings);
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  const live = new Set<Connection>();
  const ending = new Set<Promise<void>>();
  let running: readonly Promise<void>[] = [];
  let lastWhy = '';

  const hold = async (connection: Connection): Promise<void> => {
    live.add(connection);
    watch.some();
    first.resolve();
    const gone = connection.ended.then((why) => {
      live.delete(connection);
      lastWhy = why;
      if (live.size === 0 && !stopping.signal.aborted) watch.none(() => lastWhy);
    });
    await connection.leaving;
    // It still serves and answers while the next one opens; Slack ends it, or we do.
    const leave = Promise.race([gone, pause(pace.leave, undefined, { signal: stopping.signal }).catch(() => {})])
      .then(() => connection.end())
      .finally(() => ending.delete(leave));
    ending.add(leave);
  };

  const keep = async (): Promise<void> => {
    let vain = 0;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      let asked = 0;
      try {
        const connection = await open();
        if (stopping.signal.aborted) return connection.end();
        await hold(connection);
        vain = performance.now() - since >= pace.steady ? 0 : vain + 1;
      } catch (cause) {
        const fault = faultOf(cause);
        lastWhy = fault.why;
        asked = fault.milliseconds ?? 0;
        vain += 1;
        if (fault.isFinal) first.reject(cause);
      }
      const usual = pace.pauses[Math.min(vain, pace.pauses.length - 1)] ?? 0;
      // Not all bots at the same time after an outage of Slack's.
      const wait = Math.max(asked, usual * (0.75 + Math.random() / 2));
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    watch.stop();
    await Promise.all([...live].map((connection) => connection.end()));
    await Promise.all(ending);
    // A line that is just asking Slack for a connection ends it by itself when it comes.
    await Promise.race([Promise.all(running), pause(stopPatience, undefined, { ref: false })]);
  };

  return {
    start: async () => {
      running = Array.from({ length: lines }, keep);
      const late = setTimeout(() => first.reject(new Error(lastWhy || 'no answer')), pace.start);
      try {
        await first.promise;
      } catch (cause) {
        await stop();
        throw cause;
      } finally {
        clearTimeout(late);
      }
    },
    stop,
    isUp: () => watch.isUp() && !stopping.signal.aborted,
  };
};
