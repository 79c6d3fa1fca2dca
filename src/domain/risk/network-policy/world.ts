import { bitsOf, type Family, parseCidr } from '#domain/networkpolicy/cidr.ts';
import { overlap, type Ranges, sizeOf, without } from '#domain/networkpolicy/ranges.ts';
import { addressesIn, type Block } from './network-policy.ts';

/** Addresses that nobody has on the internet: reserved, private, and for groups (IANA’s special-purpose registries). */
const reserved =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3';

const read = (texts: string): Ranges => texts.split(' ').flatMap((text) => parseCidr(text) ?? []);
const world: Readonly<Record<Family, Ranges>> = {
  ipv4: without(read('0.0.0.0/0'), read(reserved)),
  ipv6: read('2000::/3'),
};
const sizes: Readonly<Record<Family, bigint>> = { ipv4: sizeOf(world.ipv4), ipv6: sizeOf(world.ipv6) };

/** How much of the internet there is in some blocks: `most` is more than 15 parts of 16, `much` a quarter. */
export const shareOf = (blocks: readonly Block[], family: Family): 'all' | 'most' | 'much' | 'little' => {
  const addresses = blocks.flatMap(({ cidr }) => addressesIn(cidr, family));
  if (sizeOf(addresses) >= 1n << BigInt(bitsOf[family])) return 'all';
  const shared = sizeOf(overlap(addresses, world[family]));
  if (shared * 16n >= sizes[family] * 15n) return 'most';
  return shared * 4n >= sizes[family] ? 'much' : 'little';
};
