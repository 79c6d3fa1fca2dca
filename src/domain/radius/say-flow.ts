import { bitsOf, type Family, sayAddress } from '#domain/networkpolicy/cidr.ts';
import type { Flow, FlowEnd, Ports } from '#domain/networkpolicy/flow.ts';
import type { Pod } from '#domain/networkpolicy/pod.ts';
import { overlap, type Range, type Ranges, sizeOf } from '#domain/networkpolicy/ranges.ts';
import { few } from '#domain/text.ts';
import type { ReachLine } from './radius.ts';

type Addresses = Extract<FlowEnd, { type: 'addresses' }>;

const anywhere = 'ANYWHERE';
/** So many pods, blocks of addresses, and ports are named; more are counted. */
const mostNamed = 3;

/** Flows as sentences: what differs only in whom it is from, or only in where it goes outside, is one sentence. */
export const sayFlows = (flows: readonly Flow[]): readonly ReachLine[] =>
  [...Map.groupBy(flows, keyOf).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ change: first.change, text: sayAlike(first, alike) }];
  });

/** One pod tells which pods an end has: no other flow of the same ports and other end has it. */
const keyOf = ({ change, from, to, ports }: Flow): string =>
  `${change} ${to.type === 'pods' ? `to ${namesOf(to)}` : `from ${namesOf(from)}`} ${portsIn(ports).join()}`;

const namesOf = (end: FlowEnd): string =>
  end.type === 'pods' ? end.pods.map(({ namespace, name }) => `${namespace}/${name}`).join() : '';

const sayAlike = ({ change, from, to, ports }: Flow, alike: readonly Flow[]): string => {
  const can = change === 'opens' ? 'can now' : 'can no longer';
  const on = `on ${sayPorts(ports)}`;
  if (to.type === 'addresses') return `${sayEnds([from])} ${can} reach ${sayEnds(alike.map((one) => one.to))} ${on}`;
  return `${sayPods(to.pods)} ${can} be reached from ${sayEnds(alike.map((one) => one.from))} ${on}`;
};

const sayEnds = (ends: readonly FlowEnd[]): string => {
  const addresses = ends.filter((end) => end.type === 'addresses');
  const pods = ends.flatMap((end) => (end.type === 'pods' ? end.pods : []));
  const outside = addresses.length === 0 ? [] : [sayAddresses(addresses)];
  // Whoever comes from anywhere may be any pod too.
  if (outside[0] === anywhere && pods.length > mostNamed) return `${anywhere}, inside the cluster too,`;
  return [...outside, ...(pods.length === 0 ? [] : [sayPods(pods)])].join(' and ');
};

/** `ledger ×2, postgres in shop-payments`: pods by what they are replicas of, and by namespace. */
export const sayPods = (pods: readonly Pod[]): string =>
  few(
    [...Map.groupBy(pods, ({ namespace }) => namespace)]
      .toSorted(([, some], [, others]) => others.length - some.length)
      .map(([namespace, own]) => `${few(stemsIn(own), mostNamed)} in ${namespace}`),
    mostNamed,
  );

const stemsIn = (pods: readonly Pod[]): readonly string[] =>
  [...Map.groupBy(pods, ({ name }) => stemOf(name))].map(([stem, alike]) =>
    alike.length === 1 ? stem : `${stem} ×${alike.length}`,
  );

/** What Deployments, DaemonSets, Jobs and StatefulSets put behind their names: a hash and five letters, or a number. */
export const stemOf = (name: string): string =>
  name
    .replace(/-[bcdf-hj-np-tv-z2456789]{5}$/, '')
    .replace(/-([0-9a-f]{8,10}|[bcdf-hj-np-tv-z2456789]{8,10}|\d{1,5})$/, '') || name;

const isWhole = ({ family, ranges }: Addresses): boolean => sizeOf(ranges) === 1n << BigInt(bitsOf[family]);

/** Where hosts can have their address: all of IPv4 below multicast, and what of IPv6 is given to networks (RFC 4291). */
const routable: Readonly<Record<Family, Ranges>> = {
  ipv4: [{ first: 0n, last: (224n << 24n) - 1n }],
  ipv6: [{ first: 0x2000n << 112n, last: (0x4000n << 112n) - 1n }],
};

/** All of the world, or most of it: whoever leaves a few addresses out has opened it all the same. */
export const isEverywhere = ({ family, ranges }: Addresses): boolean =>
  2n * sizeOf(overlap(ranges, routable[family])) >= sizeOf(routable[family]);

/** `ALL of IPv4`, `198.51.100.0/24`: the largest first. */
export const sayAddresses = (ends: readonly Addresses[]): string => {
  const whole = ends.filter(isWhole).map(({ family }) => family);
  const everywhere = whole.includes('ipv4') && whole.includes('ipv6') ? [anywhere] : whole.map(sayFamily);
  const parts = ends
    .filter((end) => !isWhole(end))
    .map((end) => (isEverywhere(end) ? `nearly ${sayFamily(end.family)}` : few(largestFirst(end), mostNamed)));
  return [...everywhere, ...parts].join(' and ');
};

/** As CIDR, each block once. */
export const largestFirst = ({ family, ranges }: Addresses): readonly string[] =>
  ranges
    .flatMap((range) => blocksIn(range, family))
    .toSorted((one, other) => Number(one.split('/')[1]) - Number(other.split('/')[1]));

const sayFamily = (family: Family): string => (family === 'ipv4' ? 'ALL of IPv4' : 'ALL of IPv6');

/** The fewest blocks that are a range, as CIDR. */
const blocksIn = ({ first, last }: Range, family: Family): readonly string[] => {
  const blocks: string[] = [];
  for (let at = first; at <= last; ) {
    let bits = 0n;
    const most = BigInt(bitsOf[family]);
    while (bits < most && at % (1n << (bits + 1n)) === 0n && at + (1n << (bits + 1n)) - 1n <= last) bits += 1n;
    blocks.push(`${sayAddress({ family, value: at })}/${most - bits}`);
    at += 1n << bits;
  }
  return blocks;
};

const everyPort = 65_535n;

/** `TCP 5432`, `TCP 8000-8100`, `every port`. */
export const portsIn = (ports: Ports): readonly string[] =>
  ports.flatMap(({ protocol, ranges }) =>
    ranges.map(({ first, last }) => {
      if (first <= 1n && last === everyPort) return `${protocol} every port`;
      return `${protocol} ${first === last ? first : `${first}-${last}`}`;
    }),
  );

const sayPorts = (ports: Ports): string => {
  const all = portsIn(ports);
  const whole = all.filter((one) => one.endsWith('every port'));
  return whole.length === 3 ? 'EVERY port' : few(all, mostNamed);
};
