/** Milliseconds between two looks: what ran in between kept everything else in this thread waiting. */
const interval = 5;

/**
 * Measures the longest that this thread worked without looking up, in milliseconds of its own processor time: what else
 * the machine does meanwhile does not count.
 */
export const measureTurns = (): { readonly longest: () => number; readonly stop: () => void } => {
  const worked = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let before = worked();
  let longest = 0;
  const timer = setInterval(() => {
    const now = worked();
    longest = Math.max(longest, now - before);
    before = now;
  }, interval);
  timer.unref();
  return { longest: () => Math.round(longest), stop: () => clearInterval(timer) };
};
