import { bitsOf, parseAddress, parseCidr } from '#domain/networkpolicy/cidr.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';

/** Whether all addresses and blocks of the second list are in the first. What is no address is only in a list that spells it the same. */
export const holds = (all: readonly string[], part: readonly string[]): boolean => {
  const blocks = all.flatMap((text) => blockOf(text) ?? []);
  return part.every((text) => {
    const block = blockOf(text);
    if (block === undefined) return all.includes(text);
    const same = blocks.filter(({ family }) => family === block.family);
    return covers(same, [block]);
  });
};

const blockOf = (text: string) => {
  const address = parseAddress(text);
  return parseCidr(address === undefined ? text : `${text}/${bitsOf[address.family]}`);
};
