/** How a number of measured things lies, by nearest rank: each figure is one that was measured. Undefined where there was none. */
export type Spread = {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
};

export const spreadOf = (values: readonly number[]): Spread | undefined => {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0
    ? undefined
    : { count: sorted.length, median: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
};

/** Counts by a name, of which there may be any. */
export type Counts = Map<string, number>;

export const add = (counts: Counts, name: string, much = 1): void =>
  void counts.set(name, (counts.get(name) ?? 0) + much);

/** The greatest so many of all that were offered, the greatest first, with how many there were. */
export type Top<T> = {
  readonly offer: (value: number, item: T) => void;
  readonly list: () => readonly T[];
  readonly seen: () => number;
};

export const createTop = <T>(most: number): Top<T> => {
  let kept: { readonly value: number; readonly item: T }[] = [];
  let seen = 0;
  const shrink = (): void => {
    kept = kept.toSorted((one, other) => other.value - one.value).slice(0, most);
  };
  return {
    offer: (value, item) => {
      seen += 1;
      kept.push({ value, item });
      if (kept.length > most * 4) shrink();
    },
    list: () => {
      shrink();
      return kept.map(({ item }) => item);
    },
    seen: () => seen,
  };
};
