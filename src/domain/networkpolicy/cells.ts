import { err, ok, type Result } from '#domain/result.ts';
import { type Address, bitsOf, type Family } from './cidr.ts';
import type { NumberedRule } from './numbering.ts';
import { type Range, type Ranges, union } from './ranges.ts';
import { blockOf } from './reach.ts';

/** Addresses of one family that the same blocks hold. */
export type Cell = {
  /** Its place in the list of cells. */
  readonly place: number;
  readonly family: Family;
  readonly range: Range;
  /** Rules that have a block which holds it, ascending. */
  readonly rules: readonly number[];
};

/** All addresses of both families, cut wherever a block of a rule begins or ends. */
export type Cells = {
  readonly all: readonly Cell[];
  /** Whether there are blocks at all. */
  readonly cut: boolean;
  readonly of: (address: Address) => Cell | undefined;
};

const families = Object.keys(bitsOf) as readonly Family[];

/** Cuts all addresses into cells for the rules of these numbers; refuses where cells are in blocks more than `most` times. */
export const cellsOf = (
  rules: readonly NumberedRule[],
  numbers: readonly number[],
  most: number,
): Result<Cells, 'too-much'> => {
  const cut = families.map((family) => ({ family, ...cutOf(family, rules, numbers) }));
  const work = cut.flatMap(({ spans }) => spans).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (work > most) return err('too-much');
  const byFamily = new Map<Family, readonly Cell[]>();
  let place = 0;
  for (const { family, starts, spans } of cut) {
    byFamily.set(family, filled(family, starts, spans, place));
    place += starts.length;
  }
  return ok({
    all: [...byFamily.values()].flat(),
    cut: work > 0,
    of: ({ family, value }) => {
      const cells = byFamily.get(family) ?? [];
      return cells[lastFrom(value, cells.length, (at) => cells[at]?.range.first ?? 0n)];
    },
  });
};

type Span = { readonly number: number; readonly first: number; readonly last: number };

const cutOf = (family: Family, rules: readonly NumberedRule[], numbers: readonly number[]) => {
  const held = numbers.flatMap((number) => blocksOf(rules[number], family).map((range) => ({ number, range })));
  const starts = [...new Set([0n, ...held.flatMap(({ range }) => [range.first, range.last + 1n])])]
    .filter((start) => start < 1n << BigInt(bitsOf[family]))
    .sort((one, other) => (one < other ? -1 : 1));
  const at = (value: bigint): number => lastFrom(value, starts.length, (place) => starts[place] ?? 0n);
  return {
    starts,
    spans: held.map(({ number, range }): Span => ({ number, first: at(range.first), last: at(range.last) })),
  };
};

/** What the blocks of one rule hold, put together. */
const blocksOf = (numbered: NumberedRule | undefined, family: Family): Ranges =>
  numbered === undefined || numbered.rule.peers === 'any'
    ? []
    : union(numbered.rule.peers.flatMap((peer) => (peer.type === 'block' ? blockOf(peer, family) : [])));

const filled = (family: Family, starts: readonly bigint[], spans: readonly Span[], offset: number): readonly Cell[] => {
  const rules = starts.map((): number[] => []);
  // The spans come by ascending number, and those of one number have no cell in common.
  for (const { number, first, last } of spans)
    for (let place = first; place <= last; place += 1) rules[place]?.push(number);
  const end = 1n << BigInt(bitsOf[family]);
  return starts.map((first, place) => ({
    place: offset + place,
    family,
    range: { first, last: (starts[place + 1] ?? end) - 1n },
    rules: rules[place] ?? [],
  }));
};

/** The last place that starts at a value or before; the first starts at 0. */
const lastFrom = (value: bigint, count: number, startOf: (place: number) => bigint): number => {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startOf(middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
};
