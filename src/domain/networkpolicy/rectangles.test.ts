import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rectanglesOf } from './rectangles.ts';

test('rows that have the same columns are one rectangle', () => {
  expect(
    rectanglesOf([
      [1, 7],
      [1, 8],
      [2, 8],
      [2, 7],
    ]),
  ).toEqual([{ rows: [1, 2], columns: [7, 8] }]);
});

test('what takes fewer rectangles by rows is cut by rows, and by columns what takes fewer by columns', () => {
  // Four sorts of rows (1 and 2, 3, 4, 5) and three of columns (7, 8, 9).
  const more: readonly (readonly [number, number])[] = [
    [1, 7],
    [2, 7],
    [3, 7],
    [3, 8],
    [3, 9],
    [4, 8],
    [5, 9],
  ];
  expect(rectanglesOf(more)).toEqual([
    { rows: [1, 2, 3], columns: [7] },
    { rows: [3, 4], columns: [8] },
    { rows: [3, 5], columns: [9] },
  ]);
  expect(rectanglesOf(more.map(([row, column]) => [column, row]))).toEqual([
    { rows: [7], columns: [1, 2, 3] },
    { rows: [8], columns: [3, 4] },
    { rows: [9], columns: [3, 5] },
  ]);
});

test('each pair is in one rectangle, and no other pair is in any', () => {
  const anyPair = fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 }));
  fc.assert(
    fc.property(fc.uniqueArray(anyPair, { selector: String }), (pairs) => {
      const covered = rectanglesOf(pairs).flatMap(({ rows, columns }) =>
        rows.flatMap((row) => columns.map((column) => [row, column])),
      );
      expect(covered.map(String).sort()).toEqual(pairs.map(String).sort());
    }),
  );
});
