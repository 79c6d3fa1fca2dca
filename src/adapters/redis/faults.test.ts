import { expect, test } from 'vitest';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { readAs } from './faults.ts';

const readingIn = (value: unknown): unknown => {
  try {
    return readAs(z.array(requestId), 'hallpass:due', value);
  } catch (cause) {
    return cause;
  }
};

test('what Hallpass did not write is named by its key, with how it begins and why', () => {
  expect(readingIn(['k7m2-qx'])).toEqual(['k7m2-qx']);
  expect(String(readingIn(['nonsense']))).toMatch(
    /^Error: Redis key "hallpass:due" holds what .*\["nonsense"\] \(.+\)\. Look who/,
  );
});

test('however much somebody has written there, a fault is of a few lines', () => {
  expect(String(readingIn(Array.from({ length: 20_000 }, (_, index) => `nonsense ${index}`))).length).toBeLessThan(
    1_000,
  );
});
