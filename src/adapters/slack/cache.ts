/** Keeps answers for a while; several who ask at once share one call; a failed call is kept by nobody. */
export type Cache<K, V> = { readonly get: (key: K) => Promise<V>; readonly forget: (key: K) => void };

export const createCache = <K, V>(milliseconds: number, load: (key: K) => Promise<V>): Cache<K, V> => {
  const kept = new Map<K, { readonly until: number; readonly value: Promise<V> }>();
  return {
    get: (key) => {
      const known = kept.get(key);
      if (known !== undefined && known.until > performance.now()) return known.value;
      const entry = { until: performance.now() + milliseconds, value: load(key) };
      entry.value.catch(() => kept.get(key) === entry && kept.delete(key));
      kept.set(key, entry);
      return entry.value;
    },
    forget: (key) => void kept.delete(key),
  };
};
