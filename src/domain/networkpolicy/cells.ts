import { err, ok, type Result } from '#domain/result.ts';
import { type Address, bitsOf, type Family } from './cidr.ts';
import type { NumberedRule } from './numbering.ts';
import { type Range, type Ranges, union } from './ranges.ts';
import { blockOf } from './reach.ts';

/** Addresses of one family that the same blocks hold. */
export type Cell = Range & {
  readonly family: Family /** Rules that a block of theirs lets it fit, ascending. */;
  readonly rules: readonly number[];
};

/** All addresses of both families, cut wherever a block of a rule begins or ends. */
export type Cells = { readonly all: readonly Cell[]; readonly of: (address: Address) => Cell | undefined };

export const families = Object.keys(bitsOf) as readonly Family[];

/** Cuts all addresses into cells for these rules; refuses where more than `most` times a cell is in a block. */
export const cellsOf = (
  rules: readonly NumberedRule[],
  numbers: readonly number[],
  most: number,
): Result<Cells, 'too-much'> => {
  const cut = families.map((family) => ({ family, ...cutOf(family, rules, numbers) }));
  if (cut.reduce((sum, { work }) => sum + work, 0) > most) return err('too-much');
  const byFamily = new Map(cut.map(({ family, starts, spans }) => [family, filled(family, starts, spans)]));
  return ok({
    all: [...byFamily.values()].flat(),
    of: ({ family, value }) => {
      const cells = byFamily.get(family) ?? [];
      return cells[placeOf(value, cells.length, (place) => cells[place]?.first ?? 0n)];
    },
  });
};

type Span = { readonly number: number; readonly first: number; readonly last: number };

const cutOf = (family: Family, rules: readonly NumberedRule[], numbers: readonly number[]) => {
  const held = numbers.flatMap((number) => blocksOf(rules[number], family).map((range) => ({ number, ...range })));
  const starts = [...new Set([0n, ...held.flatMap(({ first, last }) => [first, last + 1n])])]
    .filter((start) => start < 1n << BigInt(bitsOf[family]))
    .sort((one, other) => (one < other ? -1 : 1));
  const at = (value: bigint): number => placeOf(value, starts.length, (place) => starts[place] ?? 0n);
  const spans = held.map(({ number, first, last }): Span => ({ number, first: at(first), last: at(last) }));
  return { starts, spans, work: spans.reduce((sum, { first, last }) => sum + last - first + 1, starts.length) };
};

/** What the blocks of one rule hold, put together. */
const blocksOf = (numbered: NumberedRule | undefined, family: Family): Ranges =>
  numbered === undefined || numbered.rule.peers === 'any'
    ? []
    : union(numbered.rule.peers.flatMap((peer) => (peer.type === 'block' ? blockOf(peer, family) : [])));

const filled = (family: Family, starts: readonly bigint[], spans: readonly Span[]): readonly Cell[] => {
  const rules = starts.map((): number[] => []);
  // The spans come by ascending number, and those of one number have no cell in common.
  for (const { number, first, last } of spans)
    for (let place = first; place <= last; place += 1) rules[place]?.push(number);
  return starts.map((first, place) => ({
    family,
    first,
    last: (starts[place + 1] ?? 1n << BigInt(bitsOf[family])) - 1n,
    rules: rules[place] ?? [],
  }));
};

/** The last place that starts at or before a value; the first place starts at 0. */
const placeOf = (value: bigint, count: number, startOf: (place: number) => bigint): number => {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startOf(middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
};
