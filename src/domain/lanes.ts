/** Does the same for each item, so many at a time, to the end of all of them. In the order of the items. */
export const inLanes = async <T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<readonly PromiseSettledResult<R>[]> => {
  const settled: PromiseSettledResult<R>[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting)
      settled[index] = await work(item).then(
        (value) => ({ status: 'fulfilled', value }),
        (reason: unknown) => ({ status: 'rejected', reason }),
      );
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return settled;
};
