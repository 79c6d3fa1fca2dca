/**
 * Does some work and says for how many milliseconds at a time nothing else could be done on this thread: the longest gap
 * between two turns of a timer of one millisecond.
 */
export const longestBlock = async (work: () => unknown): Promise<number> => {
  let [last, longest] = [performance.now(), 0];
  const tick = (): void => {
    const now = performance.now();
    [last, longest] = [now, Math.max(longest, now - last)];
  };
  const timer = setInterval(tick, 1);
  await turn();
  try {
    await work();
    await turn();
  } finally {
    clearInterval(timer);
  }
  return longest;
};

/** Until the timer has run once more. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));
