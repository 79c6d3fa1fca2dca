/** Rows and columns, all of whose pairs are meant. */
export type Rectangle = { readonly rows: readonly number[]; readonly columns: readonly number[] };

/** Covers pairs by rectangles that do not overlap: rows with the same columns together, or columns with the same rows if that makes fewer. */
export const rectanglesOf = (pairs: readonly (readonly [row: number, column: number])[]): readonly Rectangle[] => {
  const byRow = alike(pairs);
  const byColumn = alike(pairs.map(([row, column]) => [column, row]));
  return byRow.length <= byColumn.length
    ? byRow.map(([rows, columns]) => ({ rows, columns }))
    : byColumn.map(([columns, rows]) => ({ rows, columns }));
};

/** Gathers keys that have the same values. */
const alike = (pairs: readonly (readonly [key: number, value: number])[]) => {
  const valuesOf = new Map<number, number[]>();
  for (const [key, value] of pairs) {
    const values = valuesOf.get(key);
    if (values === undefined) valuesOf.set(key, [value]);
    else values.push(value);
  }
  const gathered = new Map<string, readonly [keys: number[], values: readonly number[]]>();
  for (const [key, values] of valuesOf) {
    const text = values.sort((one, other) => one - other).join();
    const known = gathered.get(text);
    if (known === undefined) gathered.set(text, [[key], values]);
    else known[0].push(key);
  }
  return [...gathered.values()];
};
