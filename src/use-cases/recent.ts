/** What was so a moment ago, of each key: a bounded number of them, the latest. */
export type Recent<T> = {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
};

/** `moment` is a clock that only goes forward, in milliseconds, as is `lasts`; `most`: keys that are remembered. */
export const createRecent = <T>(moment: () => number, lasts: number, most: number): Recent<T> => {
  const kept = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get: (key) => {
      const found = kept.get(key);
      return found === undefined || moment() >= found.until ? undefined : found.value;
    },
    set: (key, value) => {
      kept.delete(key);
      const [oldest] = kept.size < most ? [] : kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(key, { value, until: moment() + lasts });
    },
  };
};
