import { diffArrays } from 'diff';

const context = 3;
/**
 * How many lines may differ before the shortest difference is no longer looked for: the search grows with their square.
 * A count and not a time, so that the same states are shown by the same text everywhere.
 */
const mostEdits = 1_000;

type Run = { readonly sign: ' ' | '-' | '+'; readonly lines: readonly string[] };
export type LineDiff = { readonly hunks: readonly string[]; readonly added: number; readonly removed: number };

/** The lines of a unified diff, below its header; none when there is no difference. */
export const diffLines = (before: readonly string[], after: readonly string[]): LineDiff => {
  const runs = runsOf(before, after);
  const count = (sign: Run['sign']): number =>
    runs.reduce((sum, run) => sum + (run.sign === sign ? run.lines.length : 0), 0);
  return { hunks: hunksOf(runs), added: count('+'), removed: count('-') };
};

/** What both begin and end with needs no search. */
const runsOf = (before: readonly string[], after: readonly string[]): readonly Run[] => {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const old = before.slice(head, before.length - tail);
  const young = after.slice(head, after.length - tail);
  const runs: readonly Run[] = [
    { sign: ' ', lines: before.slice(0, head) },
    ...between(old, young),
    { sign: ' ', lines: before.slice(before.length - tail) },
  ];
  return runs.filter(({ lines }) => lines.length > 0);
};

const between = (old: string[], young: string[]): readonly Run[] => {
  const all: readonly Run[] = [
    { sign: '-', lines: old },
    { sign: '+', lines: young },
  ];
  if (old.length === 0 || young.length === 0) return all;
  const found = diffArrays(old, young, { maxEditLength: mostEdits });
  if (found === undefined) return all;
  return found.map(({ added, removed, value }) => ({ sign: added ? '+' : removed ? '-' : ' ', lines: value }));
};

type Range = { readonly from: number; to: number };

/** The rows of each hunk: what changed with its context; those that touch are one. */
const rangesOf = (runs: readonly Run[], end: number): readonly Range[] => {
  const ranges: Range[] = [];
  let row = 0;
  for (const { sign, lines } of runs) {
    if (sign !== ' ') {
      const last = ranges.at(-1);
      const to = Math.min(end, row + lines.length + context);
      if (last !== undefined && row - context <= last.to) last.to = to;
      else ranges.push({ from: Math.max(0, row - context), to });
    }
    row += lines.length;
  }
  return ranges;
};

const hunksOf = (runs: readonly Run[]): readonly string[] => {
  const rows = runs.flatMap(({ sign, lines }) => lines.map((line) => sign + line));
  const hunks: string[] = [];
  let [row, old, young] = [0, 0, 0];
  for (const { from, to } of rangesOf(runs, rows.length)) {
    // Between hunks there are only lines of both sides.
    [row, old, young] = [from, old + from - row, young + from - row];
    const hunk = rows.slice(from, to);
    const removed = hunk.filter((line) => !line.startsWith('+')).length;
    const added = hunk.filter((line) => !line.startsWith('-')).length;
    hunks.push(`@@ ${span('-', old, removed)} ${span('+', young, added)} @@`);
    for (const line of hunk) hunks.push(line);
    [row, old, young] = [to, old + removed, young + added];
  }
  return hunks;
};

/** After so many lines; a side without lines begins at the line before it, as diff and git have it. */
const span = (sign: string, after: number, count: number): string =>
  `${sign}${count === 0 ? after : after + 1},${count}`;
