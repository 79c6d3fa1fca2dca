import { bitsOf, type Family } from './cidr.ts';
import type { Pod, Protocol } from './pod.ts';
import { type Ranges, sizeOf } from './ranges.ts';

/** One end of a flow: pods by namespace and name, or addresses of one family, also such as pods have. */
export type FlowEnd =
  | { readonly type: 'pods'; readonly pods: readonly Pod[] }
  | { readonly type: 'addresses'; readonly family: Family; readonly ranges: Ranges };

/** Ports by protocol; a protocol that is not in it has none. */
export type Ports = readonly { readonly protocol: Protocol; readonly ranges: Ranges }[];

/**
 * Packets that pass now and did not, or did and do not: from each of the one end to each of the other on each of the
 * ports. One end at least is pods. A pod that is in both ends is meant with all the others there, never with itself.
 */
export type Flow = {
  readonly change: 'opens' | 'closes';
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly ports: Ports;
};

/** By importance: what opens first; then from addresses, to addresses, and from pods to pods; the larger first; at last by names. */
export const inOrder = (flows: readonly Flow[]): readonly Flow[] =>
  flows
    .map((flow) => ({ flow, ranks: ranksOf(flow), text: textOf(flow) }))
    .sort((one, other) => compareRanks(one.ranks, other.ranks) || (one.text < other.text ? -1 : 1))
    .map(({ flow }) => flow);

/** Higher is more important. */
const ranksOf = ({ change, from, to }: Flow): readonly (number | bigint)[] => [
  change === 'opens' ? 1 : 0,
  shareOf(from),
  shareOf(to),
  podsIn(from) + podsIn(to),
];

/** How much of all addresses of their family, in parts of 2^128: half of IPv4 is as much as half of IPv6. */
const shareOf = (end: FlowEnd): bigint =>
  end.type === 'pods' ? 0n : sizeOf(end.ranges) << BigInt(bitsOf.ipv6 - bitsOf[end.family]);

const podsIn = (end: FlowEnd): number => (end.type === 'pods' ? end.pods.length : 0);

const compareRanks = (some: readonly (number | bigint)[], others: readonly (number | bigint)[]): number => {
  const place = some.findIndex((rank, index) => rank !== others[index]);
  return place < 0 ? 0 : (some[place] ?? 0) > (others[place] ?? 0) ? -1 : 1;
};

const textOf = ({ from, to, ports }: Flow): string =>
  [endText(to), endText(from), ...ports.map(({ protocol, ranges }) => `${protocol} ${rangesText(ranges)}`)].join('\n');

/** The first pod stands for all: two flows of the same ports have no pod in common at both ends. */
const endText = (end: FlowEnd): string =>
  end.type === 'pods'
    ? end.pods
        .slice(0, 1)
        .map(({ namespace, name }) => `${namespace}/${name}`)
        .join()
    : `${end.family} ${rangesText(end.ranges)}`;

const rangesText = (ranges: Ranges): string => ranges.map(({ first, last }) => `${first}-${last}`).join();
