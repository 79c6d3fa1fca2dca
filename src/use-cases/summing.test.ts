import { expect, test } from 'vitest';
import { createLater } from './summing.ts';

const elapsed = () => 0;

/** Works that end when they are let go, by name. */
const works = () => {
  const begun: string[] = [];
  const gates = new Map<string, ReturnType<typeof Promise.withResolvers<void>>>();
  const work = (name: string) => async () => {
    begun.push(name);
    const gate = Promise.withResolvers<void>();
    gates.set(name, gate);
    await gate.promise;
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    work,
    settled,
    letGo: async (name: string, fault?: Error) => {
      if (fault === undefined) gates.get(name)?.resolve();
      else gates.get(name)?.reject(fault);
      await settled();
    },
  };
};

test('so many run at a time, the others in their order', async () => {
  const { begun, work, letGo } = works();
  const { later } = createLater({ lanes: 2, most: 10, onFault: () => {}, elapsed });
  for (const name of ['a', 'b', 'c', 'd']) later(name, work(name));
  expect(begun).toEqual(['a', 'b']);
  await letGo('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await letGo('a');
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('what waits or is under way is not begun again, and may be once it is done', async () => {
  const { begun, work, letGo } = works();
  const { later, isUnderWay } = createLater({ lanes: 1, most: 10, onFault: () => {}, elapsed });
  for (const name of ['a', 'a', 'b', 'b']) later(name, work(name));
  expect(['a', 'b', 'c'].map(isUnderWay)).toEqual([true, true, false]);
  await letGo('a');
  expect(begun).toEqual(['a', 'b']);
  await letGo('b');
  expect(['a', 'b'].map(isUnderWay)).toEqual([false, false]);
  later('a', work('a'));
  expect(begun).toEqual(['a', 'b', 'a']);
});

test('a fault is handed on, and holds up nothing', async () => {
  const faults: unknown[] = [];
  const { begun, work, letGo, settled } = works();
  const { later } = createLater({
    lanes: 1,
    most: 10,
    onFault: (cause, key) => void faults.push([key, String(cause)]),
    elapsed,
  });
  later('a', work('a'));
  later('b', work('b'));
  await letGo('a', new Error('no connection'));
  await settled();
  expect(faults).toEqual([['a', 'Error: no connection']]);
  expect(begun).toEqual(['a', 'b']);
});

test('what comes when too much waits is left out', async () => {
  const { begun, work, letGo } = works();
  const { later } = createLater({ lanes: 1, most: 1, onFault: () => {}, elapsed });
  for (const name of ['a', 'b', 'c']) later(name, work(name));
  await letGo('a');
  await letGo('b');
  expect(begun).toEqual(['a', 'b']);
});

test('a stop waits for what is under way and begins nothing more', async () => {
  const { begun, work, letGo, settled } = works();
  const { later, stop } = createLater({ lanes: 1, most: 10, onFault: () => {}, elapsed });
  later('a', work('a'));
  later('b', work('b'));
  let isStopped = false;
  const stopping = stop().then(() => {
    isStopped = true;
  });
  await settled();
  expect(isStopped).toBe(false);
  await letGo('a');
  await stopping;
  later('c', work('c'));
  expect(begun).toEqual(['a']);
});

test('what rests is not begun, and may be once it has rested', async () => {
  let now = 1_000;
  const { begun, work } = works();
  const { later, rest, isUnderWay } = createLater({ lanes: 1, most: 10, onFault: () => {}, elapsed: () => now });
  rest('a', 500);
  rest('b', 100);
  later('a', work('a'));
  expect(['a', 'b', 'c'].map(isUnderWay)).toEqual([true, true, false]);
  now += 499;
  later('a', work('a'));
  expect(begun).toEqual([]);
  now += 1;
  expect(isUnderWay('a')).toBe(false);
  later('a', work('a'));
  expect(begun).toEqual(['a']);
});
