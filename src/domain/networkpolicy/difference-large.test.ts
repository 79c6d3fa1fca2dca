import { describe, expect, test } from 'vitest';
import { largeChange } from '#test/build/large-network.ts';
import { flowsWith, type Packet } from '#test/build/packets.ts';
import { type Difference, differenceOf } from './difference.ts';
import type { Flow, FlowEnd } from './flow.ts';
import { type End, type Network, reaches } from './reach.ts';
import type { Labels } from './selector.ts';

const { before, after, pods } = largeChange();

const found = (changed: Network): Difference => {
  const difference = differenceOf(before, changed, pods);
  if (difference.ok) return difference.value;
  throw new Error(difference.error);
};

test('one of hundreds of policies opens a database to addresses, and to the pods that nothing else holds back', () => {
  const { flows, isolation } = found(after);
  expect(
    flows.map(({ change, from }) => (from.type === 'pods' ? `${change} pods` : `${change} ${from.family}`)),
  ).toEqual(['opens ipv4', 'opens ipv6', 'opens pods']);
  for (const { to, ports } of flows) {
    expect(to).toMatchObject({
      pods: Array.from({ length: 8 }, () => ({ namespace: 'team-1', labels: { tier: 'data' } })),
    });
    expect(ports).toEqual([{ protocol: 'TCP', ranges: [{ first: 5432n, last: 5432n }] }]);
  }
  expect(isolation).toEqual([]);
});

describe('of hundreds of packets between thousands of pods each is in a flow if it goes another way', () => {
  const relabelled = new Map<string, Labels>(
    [...before.namespaces].map(([name, labels]) => [name, { ...labels, env: 'prod', team: 'team-2' }]),
  );
  test.each<[string, Network]>([
    ['the policy that opens a database', after],
    [
      'no default-deny any more',
      { ...before, policies: before.policies.filter(({ name }) => name !== 'default-deny') },
    ],
    ['no policy any more', { ...before, policies: [] }],
    ['other labels of all namespaces', { ...before, namespaces: relabelled }],
  ])('%s', (_, changed) => {
    const difference = found(changed);
    const inFlows = difference.flows.flatMap(cornersOf);
    let count = 0;
    for (const packet of [...anyPackets(), ...inFlows]) {
      const [was, is] = [before, changed].map((network) =>
        reaches(network, packet.from, packet.to, packet.protocol, packet.port),
      );
      if (was !== is) count += 1;
      const said = flowsWith(difference, packet).map(({ change }) => change);
      expect(said).toEqual(was === is ? [] : [is ? 'opens' : 'closes']);
    }
    expect(count).toBeGreaterThanOrEqual(inFlows.length);
  });
});

/** Always the same: primes step through pods so that all sorts meet. */
const anyPackets = (): readonly Packet[] =>
  Array.from({ length: 500 }, (_, index): readonly Packet[] => {
    const [from, to] = [pods[(index * 1_009) % pods.length], pods[(index * 2_003 + 17) % pods.length]];
    const port = [5432, 3000, 9090, 443, 53][index % 5] ?? 80;
    return from === undefined || to === undefined || from === to
      ? []
      : [{ from: { pod: from }, to: { pod: to }, protocol: 'TCP', port }];
  }).flat();

/** Packets from the first to the last of a flow, and the other way round, on its first and its last port. */
const cornersOf = ({ from, to, ports }: Flow): readonly Packet[] => {
  const [froms, tos] = [cornersIn(from), cornersIn(to)];
  return [ports.at(0), ports.at(-1)].flatMap((on, side) => {
    const [sender, receiver, range] = [froms.at(side), tos.at(1 - side), on?.ranges.at(-side)];
    if (on === undefined || sender === undefined || receiver === undefined || range === undefined) return [];
    if ('pod' in sender && 'pod' in receiver && sender.pod === receiver.pod) return [];
    return [{ from: sender, to: receiver, protocol: on.protocol, port: Number(side === 0 ? range.first : range.last) }];
  });
};

const cornersIn = (end: FlowEnd): readonly End[] =>
  end.type === 'pods'
    ? [end.pods.at(0), end.pods.at(-1)].flatMap((pod) => (pod === undefined ? [] : [{ pod }]))
    : [end.ranges.at(0)?.first, end.ranges.at(-1)?.last].flatMap((value) =>
        value === undefined ? [] : [{ address: { family: end.family, value } }],
      );
