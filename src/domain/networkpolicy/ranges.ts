/** Whole numbers, the first and the last included: ports, or addresses of one family. */
export type Range = { readonly first: bigint; readonly last: bigint };

/** Ranges in ascending order that neither overlap nor touch. */
export type Ranges = readonly Range[];

const ascending = (one: Range, other: Range): number =>
  one.first < other.first ? -1 : one.first > other.first ? 1 : 0;
const later = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const earlier = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** Puts ranges together in whatever order they come. */
export const union = (ranges: Ranges): Ranges => {
  const merged: Range[] = [];
  for (const range of [...ranges].sort(ascending)) {
    const before = merged.at(-1);
    if (before !== undefined && range.first <= before.last + 1n)
      merged[merged.length - 1] = { first: before.first, last: later(before.last, range.last) };
    else merged.push(range);
  }
  return merged;
};

/** What is in both. */
export const overlap = (some: Ranges, others: Ranges): Ranges =>
  union(
    some.flatMap((one) =>
      others.flatMap((other) => {
        const first = later(one.first, other.first);
        const last = earlier(one.last, other.last);
        return first <= last ? [{ first, last }] : [];
      }),
    ),
  );

/** What is in the first and in none of the others. */
export const without = (some: Ranges, others: Ranges): Ranges =>
  others.reduce<Ranges>(
    (left, { first, last }) =>
      left.flatMap((one) => {
        if (last < one.first || first > one.last) return [one];
        return [
          ...(one.first < first ? [{ first: one.first, last: first - 1n }] : []),
          ...(last < one.last ? [{ first: last + 1n, last: one.last }] : []),
        ];
      }),
    union(some),
  );

/** Whether all of the second is in the first. */
export const covers = (all: Ranges, part: Ranges): boolean => without(part, all).length === 0;

/** How many numbers there are in them, each counted once. */
export const sizeOf = (ranges: Ranges): bigint =>
  union(ranges).reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
