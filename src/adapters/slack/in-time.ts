import { setTimeout as after } from 'node:timers/promises';

/** Slack wants its acknowledgement within 3 s; a person learns after 2 s that nothing was recorded yet. */
const patience = 2_000;

/** The result, or `late` when it takes longer than a person can be kept waiting; the work itself goes on. */
export const inTime = async <T>(work: Promise<T>): Promise<T | 'late'> => {
  const watch = new AbortController();
  const late = after(patience, 'late' as const, { signal: watch.signal }).catch(() => 'late' as const);
  try {
    return await Promise.race([work, late]);
  } finally {
    watch.abort();
  }
};
