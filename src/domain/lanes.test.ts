import { expect, test } from 'vitest';
import { inLanes } from './lanes.ts';

test('each is done once, so many at a time, and answered in order, whatever fails', async () => {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const running = inLanes([5, 1, 3, 2, 4], 3, (item) => {
    begun.push(item);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    ends.set(item, () => (item === 3 ? reject(new Error('not this one')) : resolve(item * 10)));
    return promise;
  });
  const end = async (item: number, then: readonly number[]): Promise<void> => {
    ends.get(item)?.();
    await new Promise((resolve) => setTimeout(resolve));
    expect(begun).toEqual(then);
  };
  expect(begun).toEqual([5, 1, 3]);
  await end(3, [5, 1, 3, 2]);
  await end(2, [5, 1, 3, 2, 4]);
  for (const item of [4, 5, 1]) await end(item, [5, 1, 3, 2, 4]);
  const settled = (await running).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)));
  expect(settled).toEqual([50, 10, 'Error: not this one', 20, 40]);
  expect(await inLanes([], 3, async () => 0)).toEqual([]);
});
