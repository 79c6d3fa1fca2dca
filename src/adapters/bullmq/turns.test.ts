import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Works that begin when their turn has come, and end when the test says so. */
const start = (most: number) => {
  const turns = createTurns(most);
  const begun: string[] = [];
  const take = (name: string, { key = 'a', fails = false } = {}) => {
    const stop = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const taken = turns.take(key, stop.signal, () => {
      begun.push(name);
      return promise;
    });
    taken.catch(() => undefined);
    return {
      taken,
      end: () => (fails ? reject(new Error('it failed')) : resolve(name)),
      stop: () => stop.abort(new Error('too late')),
    };
  };
  return { take, begun };
};

test('turns come in the order of asking, also after a work that failed', async () => {
  const { take, begun } = start(1);
  const one = take('1', { fails: true });
  const two = take('2');
  take('3');
  take('other', { key: 'b' });
  expect(begun).toEqual([]);
  await turn();
  expect(begun).toEqual(['1', 'other']);
  one.end();
  await expect(one.taken).rejects.toThrow('it failed');
  await turn();
  expect(begun).toEqual(['1', 'other', '2']);
  two.end();
  expect(await two.taken).toBe('2');
  await turn();
  expect(begun).toEqual(['1', 'other', '2', '3']);
});

test('whoever stops waiting loses nobody else’s turn', async () => {
  const { take, begun } = start(1);
  const one = take('1');
  const two = take('2');
  take('3');
  two.stop();
  await expect(two.taken).rejects.toThrow('too late');
  one.end();
  await turn();
  expect(begun).toEqual(['1', '3']);
});

test('a work that goes on though its time is over holds its place no longer, and gives it up once', async () => {
  const { take, begun } = start(1);
  const one = take('1');
  take('2');
  take('3');
  await turn();
  one.stop();
  await turn();
  expect(begun).toEqual(['1', '2']);
  one.end();
  await one.taken;
  await turn();
  expect(begun).toEqual(['1', '2']);
});

test('a turn that comes in the moment in which somebody stops waiting goes to the next', async () => {
  const { take, begun } = start(1);
  const one = take('1');
  const two = take('2');
  take('3');
  await turn();
  one.stop();
  two.stop();
  await expect(two.taken).rejects.toThrow('too late');
  await turn();
  expect(begun).toEqual(['1', '3']);
});
