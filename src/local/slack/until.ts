/** Waits until something is there, looking often; throws, saying what it waited for, when it does not come in time. */
export type Until = <T>(
  look: () => T | Promise<T>,
  options?: { milliseconds?: number; what?: string },
) => Promise<Exclude<T, undefined | null | false>>;

const isThere = <T>(value: T): value is Exclude<T, undefined | null | false> =>
  value !== undefined && value !== null && value !== false;

export const until: Until = async (look, { milliseconds = 3_000, what = look.toString() } = {}) => {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (isThere(found)) return found;
    if (performance.now() > deadline) throw new Error(`Not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
