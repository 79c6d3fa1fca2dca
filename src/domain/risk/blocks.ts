import { bitsOf, parseAddress, parseCidr } from '#domain/networkpolicy/cidr.ts';
import { type Range, type Ranges, union } from '#domain/networkpolicy/ranges.ts';

/** Whether all addresses and blocks of the second list are in the first. What is no address is only in a list that spells it the same. */
export const holds = (all: readonly string[], part: readonly string[]): boolean => {
  const spelled = new Set(all);
  const blocks = Map.groupBy(
    all.flatMap((text) => blockOf(text) ?? []),
    ({ family }) => family,
  );
  const whole = new Map([...blocks].map(([family, own]) => [family, union(own)]));
  return part.every((text) => {
    const block = blockOf(text);
    return block === undefined ? spelled.has(text) : isIn(whole.get(block.family) ?? [], block);
  });
};

/** By halving: what is put together from ranges holds a range in one piece, or not at all. */
const isIn = (ranges: Ranges, { first, last }: Range): boolean => {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.last ?? 0n) < first) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low];
  return found !== undefined && found.first <= first && last <= found.last;
};

const blockOf = (text: string) => {
  const address = parseAddress(text);
  return parseCidr(address === undefined ? text : `${text}/${bitsOf[address.family]}`);
};
