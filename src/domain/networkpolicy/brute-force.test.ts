import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { namespaceManifest, podManifest, podOf, policyManifest, policyOf } from '#test/build/network.ts';
import { parseAddress, parseCidr } from './cidr.ts';
import { blockReaches, type End, reaches } from './reach.ts';

/*
 * A second implementation, written from the API's documentation over raw objects, one packet at a time and without any
 * of the code under test: `reaches` must say the same of every packet.
 */
type Selector = {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
};
type Labels = Readonly<Record<string, string>>;
type Peer = {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
};
type Port = { readonly protocol?: string; readonly port?: number | string; readonly endPort?: number };
type Rule = { readonly from?: readonly Peer[]; readonly to?: readonly Peer[]; readonly ports?: readonly Port[] };
type Meta = { readonly name: string; readonly namespace: string; readonly labels?: Labels };
type Policy = {
  readonly metadata: Meta;
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
};
type Pod = {
  readonly metadata: Meta;
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly containers: readonly {
      readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    }[];
  };
  readonly status: { readonly podIP?: string };
};
type Place = { readonly pod?: Pod; readonly ip?: string };
type Cluster = {
  readonly namespaces: readonly Manifest[];
  readonly policies: readonly Manifest[];
  readonly pods: readonly Manifest[];
};

const bits = (ip: string): string =>
  ip
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
const inBlock = (ip: string, cidr: string): boolean => {
  const [base = '', length = ''] = cidr.split('/');
  return bits(ip).startsWith(bits(base).slice(0, Number(length)));
};
const fitsLabels = (selector: Selector, labels: Labels = {}): boolean => {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    if (operator === 'In' && !(key in labels && values?.includes(labels[key] ?? ''))) return false;
    if (operator === 'NotIn' && key in labels && values?.includes(labels[key] ?? '')) return false;
    if (operator === 'Exists' && !(key in labels)) return false;
    if (operator === 'DoesNotExist' && key in labels) return false;
  }
  return true;
};
const fitsPeer = (cluster: Cluster, policy: Policy, peer: Peer, { pod, ip }: Place): boolean => {
  if (peer.ipBlock) {
    const address = ip ?? pod?.status.podIP;
    if (address === undefined || !inBlock(address, peer.ipBlock.cidr)) return false;
    return !(peer.ipBlock.except ?? []).some((hole) => inBlock(address, hole));
  }
  if (pod === undefined || pod.spec.hostNetwork) return false;
  if (peer.podSelector && !fitsLabels(peer.podSelector, pod.metadata.labels)) return false;
  if (!peer.namespaceSelector) return pod.metadata.namespace === policy.metadata.namespace;
  const namespace = cluster.namespaces.find(({ metadata }) => metadata.name === pod.metadata.namespace);
  return fitsLabels(peer.namespaceSelector, namespace?.metadata.labels);
};
const fitsPort = (entry: Port, protocol: string, port: number, to: Place): boolean => {
  if ((entry.protocol ?? 'TCP') !== protocol) return false;
  if (entry.port === undefined) return true;
  if (typeof entry.port === 'number') return port >= entry.port && port <= (entry.endPort ?? entry.port);
  for (const container of to.pod?.spec.containers ?? [])
    for (const one of container.ports)
      if (one.name === entry.port && protocol === 'TCP' && one.containerPort === port) return true;
  return false;
};
const oneWay = (
  cluster: Cluster,
  direction: 'Ingress' | 'Egress',
  of: Place,
  other: Place,
  ...packet: [string, number]
) => {
  if (of.pod === undefined || of.pod.spec.hostNetwork) return true;
  const [rules, peers] = direction === 'Ingress' ? (['ingress', 'from'] as const) : (['egress', 'to'] as const);
  let isolated = false;
  for (const policy of cluster.policies as readonly unknown[] as readonly Policy[]) {
    if (policy.metadata.namespace !== of.pod.metadata.namespace) continue;
    if (!fitsLabels(policy.spec.podSelector, of.pod.metadata.labels)) continue;
    const types =
      policy.spec.policyTypes ?? ((policy.spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
    if (!types.includes(direction)) continue;
    isolated = true;
    for (const rule of policy.spec[rules] ?? []) {
      const others = rule[peers] ?? [];
      const through = rule.ports ?? [];
      const who = others.length === 0 || others.some((peer) => fitsPeer(cluster, policy, peer, other));
      const spokenTo = direction === 'Ingress' ? of : other;
      if (who && (through.length === 0 || through.some((entry) => fitsPort(entry, ...packet, spokenTo)))) return true;
    }
  }
  return !isolated;
};
const letsThrough = (cluster: Cluster, from: Place, to: Place, ...packet: [string, number]): boolean =>
  (from.pod !== undefined && from.pod === to.pod) ||
  (oneWay(cluster, 'Egress', from, to, ...packet) && oneWay(cluster, 'Ingress', to, from, ...packet));

const value = fc.constantFrom('a', 'b');
const anyLabels = fc.dictionary(fc.constantFrom('x', 'y'), value, { noNullPrototype: true });
const anySelector: fc.Arbitrary<Record<string, Json>> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ matchLabels: anyLabels }, { requiredKeys: [] }) },
  {
    weight: 1,
    arbitrary: fc.record({
      matchExpressions: fc.array(
        fc.oneof(
          fc.record({
            key: fc.constantFrom('x', 'y'),
            operator: fc.constantFrom('In', 'NotIn'),
            values: fc.uniqueArray(value, { minLength: 1 }),
          }),
          fc.record({ key: fc.constantFrom('x', 'y'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
        ),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  },
);
const anyBlock = fc
  .tuple(
    fc.constantFrom('10.0.0.0/29', '10.0.0.0/30', '10.0.0.4/30', '10.0.0.2/32', '0.0.0.0/0'),
    fc.subarray(['10.0.0.1/32', '10.0.0.4/31']),
  )
  .map(([cidr, except]) => ({ ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } }));
const anyPeer = fc.oneof(
  fc.record({ podSelector: anySelector }),
  fc.record({ namespaceSelector: anySelector }),
  fc.record({ podSelector: anySelector, namespaceSelector: anySelector }),
  anyBlock,
);
const anyPort = fc.oneof(
  fc.record(
    { port: fc.constantFrom<Json[]>(80, 81, 'web'), protocol: fc.constantFrom('TCP', 'UDP') },
    { requiredKeys: [] },
  ),
  fc.constantFrom({ port: 80, endPort: 81 }, { port: 81, endPort: 82, protocol: 'UDP' }),
);
const anyRule = (peers: string) =>
  fc.record(
    { [peers]: fc.array(anyPeer, { maxLength: 2 }), ports: fc.array(anyPort, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
const anyNamespace = fc.constantFrom('one', 'two');
const anyPolicy = fc
  .tuple(
    anyNamespace,
    fc.record(
      {
        podSelector: anySelector,
        policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
        ingress: fc.array(anyRule('from'), { maxLength: 2 }),
        egress: fc.array(anyRule('to'), { maxLength: 2 }),
      },
      { requiredKeys: ['podSelector'] },
    ),
  )
  .map(([namespace, spec]) => policyManifest(`${namespace}/p`, spec as Record<string, Json>));
const anyPod = fc.record({
  namespace: anyNamespace,
  labels: anyLabels,
  ip: fc.option(fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.5'), { nil: undefined, freq: 5 }),
  ports: fc.constantFrom({}, { web: 80 }, { web: 82 }),
  hostNetwork: fc.constantFrom(false, false, false, true),
});
const anyCluster = fc
  .record({
    labels: fc.tuple(anyLabels, anyLabels),
    pods: fc.array(anyPod, { minLength: 1, maxLength: 3 }),
    policies: fc.array(anyPolicy, { maxLength: 4 }),
  })
  .map(({ labels, pods, policies }) => ({
    namespaces: [namespaceManifest('one', labels[0]), namespaceManifest('two', labels[1])],
    pods: pods.map(({ namespace, ip, ...more }, index) =>
      podManifest(`${namespace}/pod-${index}`, ip === undefined ? more : { ...more, ip }),
    ),
    policies,
  }));

const networkOf = ({ namespaces, policies }: Cluster) => ({
  policies: policies.map(policyOf),
  namespaces: new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}])),
});
const podsOf = ({ pods }: Cluster) => pods as readonly unknown[] as readonly Pod[];
const readOf = (pod: Pod | undefined) => podOf(pod as unknown as Manifest);
const endOf = ({ pod, ip }: Place): End => {
  const address = parseAddress(ip ?? '');
  if (address !== undefined) return { address };
  return { pod: readOf(pod) };
};
const outside = ['10.0.0.0', '10.0.0.1', '10.0.0.4', '10.0.0.7', '192.0.2.1'];

test('every packet of every small cluster goes as a second implementation says', () => {
  let [passed, held] = [0, 0];
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const network = networkOf(cluster);
      const places: readonly Place[] = [...podsOf(cluster).map((pod) => ({ pod })), ...outside.map((ip) => ({ ip }))];
      for (const from of places)
        for (const to of places)
          for (const protocol of ['TCP', 'UDP'] as const)
            for (const port of [80, 81, 82, 83]) {
              const expected = letsThrough(cluster, from, to, protocol, port);
              if (expected) passed += 1;
              else held += 1;
              expect(reaches(network, endOf(from), endOf(to), protocol, port)).toBe(expected);
            }
    }),
    { numRuns: 150 },
  );
  // Both answers occur often, or nothing would have been compared.
  expect(Math.min(passed, held)).toBeGreaterThan(1_000);
});

test('a block reaches ports exactly when each of its addresses reaches each of them', () => {
  fc.assert(
    fc.property(anyCluster, fc.constantFrom('10.0.0.0/29', '10.0.0.4/30', '10.0.0.2/31'), (cluster, text) => {
      const block = parseCidr(text);
      if (block === undefined) throw new Error(text);
      const ips = Array.from({ length: 8 }, (_, last) => `10.0.0.${last}`).filter((ip) => inBlock(ip, text));
      for (const pod of podsOf(cluster))
        for (const [first, last] of [
          [80, 80],
          [80, 82],
          [79, 81],
        ] as const) {
          const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
          const expected = ips.every((ip) => ports.every((port) => letsThrough(cluster, { ip }, { pod }, 'TCP', port)));
          const asked = [{ first: BigInt(first), last: BigInt(last) }];
          expect(blockReaches(networkOf(cluster), block, readOf(pod), 'TCP', asked)).toBe(expected);
        }
    }),
    { numRuns: 200 },
  );
});
