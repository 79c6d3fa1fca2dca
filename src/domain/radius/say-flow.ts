import { bitsOf, type Family, sayAddress } from '#domain/networkpolicy/cidr.ts';
import type { Flow, FlowEnd, Ports } from '#domain/networkpolicy/flow.ts';
import type { Pod } from '#domain/networkpolicy/pod.ts';
import { type Range, sizeOf } from '#domain/networkpolicy/ranges.ts';
import { few } from '#domain/text.ts';
import type { ReachLine } from './radius.ts';

type Addresses = Extract<FlowEnd, { type: 'addresses' }>;

/** So many pods, blocks of addresses, and ports are named; more are counted. */
const mostNamed = 3;

/** Flows as sentences: what differs only in one of its ends is one sentence. */
export const sayFlows = (flows: readonly Flow[]): readonly ReachLine[] =>
  [...Map.groupBy(flows, sameButSender).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined
      ? []
      : [
          {
            change: first.change,
            text: sayAlike(
              first,
              alike.map(({ from }) => from),
            ),
          },
        ];
  });

const sameButSender = ({ change, to, ports }: Flow): string =>
  `${change} ${to.type === 'pods' ? sayPods(to.pods, Number.MAX_SAFE_INTEGER) : saySome([to])} ${sayPorts(ports)}`;

const sayAlike = ({ change, to, ports }: Flow, senders: readonly FlowEnd[]): string => {
  const can = change === 'opens' ? 'can now' : 'can no longer';
  if (to.type === 'addresses') return `${sayEnds(senders)} ${can} reach ${sayEnds([to])} on ${sayPorts(ports)}`;
  return `${sayPods(to.pods)} ${can} be reached from ${sayEnds(senders)} on ${sayPorts(ports)}`;
};

const sayEnds = (ends: readonly FlowEnd[]): string => {
  const addresses = ends.filter((end) => end.type === 'addresses');
  const pods = ends.flatMap((end) => (end.type === 'pods' ? end.pods : []));
  return [...(addresses.length === 0 ? [] : [saySome(addresses)]), ...(pods.length === 0 ? [] : [sayPods(pods)])].join(
    ' and ',
  );
};

/** `2 pods of shop (db-0, db-1)`, by namespace. */
export const sayPods = (pods: readonly Pod[], most = mostNamed): string =>
  few(
    [...Map.groupBy(pods, ({ namespace }) => namespace)]
      .toSorted(([, some], [, others]) => others.length - some.length)
      .map(([namespace, own]) => {
        const names = few(
          own.map(({ name }) => name),
          most,
        );
        return `${own.length} ${own.length === 1 ? 'pod' : 'pods'} of ${namespace} (${names})`;
      }),
    most,
  );

export const isEverywhere = ({ family, ranges }: Addresses): boolean => sizeOf(ranges) === 1n << BigInt(bitsOf[family]);

const saySome = (ends: readonly Addresses[]): string => {
  const whole = ends.filter(isEverywhere).map(({ family }) => family);
  const everywhere = whole.includes('ipv4') && whole.includes('ipv6') ? ['ANYWHERE'] : whole.map(sayFamily);
  const parts = ends
    .filter((end) => !isEverywhere(end))
    .map(({ family, ranges }) =>
      few(
        ranges.flatMap((range) => blocksIn(range, family)),
        mostNamed,
      ),
    );
  return [...everywhere, ...parts].join(' and ');
};

const sayFamily = (family: Family): string => (family === 'ipv4' ? 'ALL of IPv4' : 'ALL of IPv6');

/** The fewest blocks that are a range, as CIDR. */
export const blocksIn = ({ first, last }: Range, family: Family): readonly string[] => {
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
