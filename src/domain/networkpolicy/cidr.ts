import { overlap, type Range, type Ranges } from './ranges.ts';

export type Family = 'ipv4' | 'ipv6';

/** An address as a number. */
export type Address = { readonly family: Family; readonly value: bigint };

/** A block of addresses. `exact` tells whether it was written with its first address, as `10.1.0.0/16` and not `10.1.2.3/16`. */
export type Cidr = Range & { readonly family: Family; readonly length: number; readonly exact: boolean };

export const bitsOf: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/** Reads one address; leading zeros (octal to some, decimal to others) and zones are none. */
export const parseAddress = (text: string): Address | undefined => {
  const value = text.includes(':') ? ipv6(text) : ipv4(text);
  return value === undefined ? undefined : { family: text.includes(':') ? 'ipv6' : 'ipv4', value };
};

/** Reads `10.1.0.0/16` or `2001:db8::/32`; bits behind the length are taken as Kubernetes does, as nothing. */
export const parseCidr = (text: string): Cidr | undefined => {
  const [head = '', tail = '', ...more] = text.split('/');
  const address = parseAddress(head);
  if (address === undefined || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(tail)) return undefined;
  const length = Number(tail);
  const spare = bitsOf[address.family] - length;
  if (spare < 0) return undefined;
  const first = (address.value >> BigInt(spare)) << BigInt(spare);
  const last = first + (1n << BigInt(spare)) - 1n;
  return { family: address.family, length, first, last, exact: first === address.value };
};

const ipv4 = (text: string): bigint | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
};

const ipv6 = (text: string): bigint | undefined => {
  // The last 32 bits may be written as an IPv4 address.
  const dotted = /^(.*:)([^:]*\..*)$/.exec(text);
  const low = dotted === null ? undefined : ipv4(dotted[2] ?? '');
  if (dotted !== null && low === undefined) return undefined;
  const plain =
    low === undefined ? text : `${dotted?.[1] ?? ''}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const halves = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const written = halves.flat();
  if (halves.length > 2 || written.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - written.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...(halves[0] ?? []), ...Array.from({ length: missing }, () => '0'), ...(halves[1] ?? [])];
  return groups.reduce((sum, group) => sum * 0x1_0000n + BigInt(`0x${group}`), 0n);
};

/**
 * Where IPv4 addresses are found among IPv6 ones, each 96 bits and the address: mapped (RFC 4291, 2.5.5.2), which Go's
 * `net.ParseCIDR`, and so most network plugins, takes for the IPv4 block itself; compatible (2.5.5.1); and NAT64's (RFC 6052).
 */
const guises = ['::ffff:0:0', '::', '64:ff9b::'].flatMap((text) => parseAddress(text) ?? []);
const allOfIpv4 = (1n << 32n) - 1n;

/** The IPv4 addresses that an IPv6 block stands for besides, however it is written; none where it holds no such. */
export const ipv4Behind = ({ family, first, last }: Range & { readonly family: Family }): Ranges =>
  family === 'ipv4'
    ? []
    : guises.flatMap(({ value }) =>
        overlap([{ first, last }], [{ first: value, last: value + allOfIpv4 }]).map((part) => ({
          first: part.first - value,
          last: part.last - value,
        })),
      );

/** Whether two blocks, or a block and an address, have an address in common. */
export const meets = (one: Range & { readonly family: Family }, other: Range & { readonly family: Family }): boolean =>
  one.family === other.family && one.first <= other.last && other.first <= one.last;

/** Writes an address as people do; IPv6 with its longest run of noughts left out (RFC 5952). */
export const sayAddress = ({ family, value }: Address): string => {
  const size = family === 'ipv4' ? 8n : 16n;
  const count = family === 'ipv4' ? 4 : 8;
  const parts = Array.from(
    { length: count },
    (_, index) => (value >> (BigInt(count - 1 - index) * size)) & ((1n << size) - 1n),
  );
  if (family === 'ipv4') return parts.join('.');
  const text = parts.map((part) => part.toString(16)).join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const [longest] = runs.toSorted((one, other) => other.split('0').length - one.split('0').length);
  return longest === undefined ? text : text.replace(longest, '::').replace(/:{3,}/, '::');
};
