/** Letters of what was typed that are looked at: no word of ours is longer. */
const longest = 40;

/** The word that takes the fewest mistakes to become this one, at most two and fewer than half its letters. */
export const nearest = (typed: string, words: readonly string[]): string | undefined => {
  const [first] = words
    .map((word) => ({ word, mistakes: mistakesBetween(typed.slice(0, longest), word) }))
    .filter(({ word, mistakes }) => mistakes <= 2 && mistakes * 2 < word.length)
    .sort((one, other) => one.mistakes - other.mistakes);
  return first?.word;
};

/** Letters that are too many, missing, or others, and neighbours that changed places (optimal string alignment). */
const mistakesBetween = (one: string, other: string): number => {
  const rows: number[][] = [];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 0; row <= one.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const best =
        row === 0
          ? column
          : Math.min(
              at(row - 1, column) + 1,
              at(row, column - 1) + 1,
              at(row - 1, column - 1) + (isSame ? 0 : 1),
              isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
            );
      rows[row]?.push(best);
    }
  }
  return at(one.length, other.length);
};
