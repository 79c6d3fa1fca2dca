import fc from 'fast-check';
import type { Json } from '#domain/json.ts';
import { parseAddress } from '#domain/networkpolicy/cidr.ts';
import type { End } from '#domain/networkpolicy/reach.ts';
import type { Manifest } from '#domain/plan.ts';
import { namespaceManifest, podManifest, podOf, policyManifest, policyOf } from './network.ts';

/*
 * A second implementation, written from the API's documentation over raw objects, one packet at a time and without any
 * of the code under test, and clusters small enough to go through every packet of.
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
  readonly status: { readonly podIPs?: readonly { readonly ip: string }[] };
};
export type Place = { readonly pod?: Pod; readonly ip?: string };
export type Cluster = {
  readonly namespaces: readonly Manifest[];
  readonly policies: readonly Manifest[];
  readonly pods: readonly Manifest[];
};

/** IPv6 addresses are written here with all of their eight groups. */
const bits = (ip: string): string =>
  ip.includes(':')
    ? ip
        .split(':')
        .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
        .join('')
    : ip
        .split('.')
        .map((part) => Number(part).toString(2).padStart(8, '0'))
        .join('');
export const inBlock = (ip: string, cidr: string): boolean => {
  const [base = '', length = ''] = cidr.split('/');
  return ip.includes(':') === cidr.includes(':') && bits(ip).startsWith(bits(base).slice(0, Number(length)));
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
    const { cidr, except = [] } = peer.ipBlock;
    const addresses = ip === undefined ? (pod?.status.podIPs ?? []).map((one) => one.ip) : [ip];
    return addresses.some((one) => inBlock(one, cidr) && !except.some((hole) => inBlock(one, hole)));
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
const isolates = (policy: Policy, direction: 'Ingress' | 'Egress', pod: Pod): boolean => {
  if (pod.spec.hostNetwork || policy.metadata.namespace !== pod.metadata.namespace) return false;
  if (!fitsLabels(policy.spec.podSelector, pod.metadata.labels)) return false;
  const types =
    policy.spec.policyTypes ?? ((policy.spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
  return types.includes(direction);
};
export const isIsolated = (cluster: Cluster, direction: 'Ingress' | 'Egress', pod: Pod): boolean =>
  (cluster.policies as readonly unknown[] as readonly Policy[]).some((policy) => isolates(policy, direction, pod));
const oneWay = (
  cluster: Cluster,
  direction: 'Ingress' | 'Egress',
  of: Place,
  other: Place,
  ...packet: [string, number]
) => {
  if (of.pod === undefined) return true;
  const [rules, peers] = direction === 'Ingress' ? (['ingress', 'from'] as const) : (['egress', 'to'] as const);
  let isolated = false;
  for (const policy of cluster.policies as readonly unknown[] as readonly Policy[]) {
    if (!isolates(policy, direction, of.pod)) continue;
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
export const letsThrough = (cluster: Cluster, from: Place, to: Place, ...packet: [string, number]): boolean =>
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
const blockAmong = (cidrs: readonly string[], holes: string[]) =>
  fc
    .tuple(fc.constantFrom(...cidrs), fc.subarray(holes))
    .map(([cidr, except]) => ({ ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } }));
const anyBlock = fc.oneof(
  {
    weight: 3,
    arbitrary: blockAmong(
      ['10.0.0.0/29', '10.0.0.0/30', '10.0.0.4/30', '10.0.0.2/32', '0.0.0.0/0'],
      ['10.0.0.1/32', '10.0.0.4/31'],
    ),
  },
  {
    weight: 1,
    arbitrary: blockAmong(
      ['2001:db8:0:0:0:0:0:0/126', '2001:db8:0:0:0:0:0:2/128', '0:0:0:0:0:0:0:0/0'],
      ['2001:db8:0:0:0:0:0:2/127'],
    ),
  },
);
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
  fc.constantFrom({ port: 80, endPort: 81 }, { port: 81, endPort: 82, protocol: 'UDP' }, { protocol: 'SCTP' }),
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
  moreIps: fc.constantFrom([], [], ['2001:db8:0:0:0:0:0:1'], ['2001:db8:0:0:0:0:0:2', '10.0.0.6']),
  ports: fc.constantFrom({}, { web: 80 }, { web: 82 }),
  hostNetwork: fc.constantFrom(false, false, false, true),
});
const namespacesWith = (labels: readonly [Labels, Labels]): readonly Manifest[] => [
  namespaceManifest('one', labels[0]),
  namespaceManifest('two', labels[1]),
];
const podManifests = (pods: readonly (typeof anyPod extends fc.Arbitrary<infer T> ? T : never)[]) =>
  pods.map(({ namespace, ip, ...more }, index) =>
    podManifest(`${namespace}/pod-${index}`, ip === undefined ? more : { ...more, ip }),
  );
export const anyCluster: fc.Arbitrary<Cluster> = fc
  .record({
    labels: fc.tuple(anyLabels, anyLabels),
    pods: fc.array(anyPod, { minLength: 1, maxLength: 3 }),
    policies: fc.array(anyPolicy, { maxLength: 4 }),
  })
  .map(({ labels, pods, policies }) => ({ namespaces: namespacesWith(labels), pods: podManifests(pods), policies }));

/** A cluster before and after policies come, go and take each other's place, and at times a namespace is relabelled. */
export const anyChange: fc.Arbitrary<{ readonly before: Cluster; readonly after: Cluster }> = fc
  .record({
    labels: fc.tuple(anyLabels, anyLabels),
    relabelled: fc.option(fc.tuple(anyLabels, anyLabels), { nil: undefined, freq: 1 }),
    pods: fc.array(anyPod, { minLength: 1, maxLength: 5 }),
    kept: fc.array(anyPolicy, { maxLength: 3 }),
    gone: fc.array(anyPolicy, { maxLength: 2 }),
    come: fc.array(anyPolicy, { maxLength: 2 }),
  })
  .map(({ labels, relabelled, pods, kept, gone, come }) => {
    const manifests = podManifests(pods);
    return {
      before: { namespaces: namespacesWith(labels), pods: manifests, policies: [...gone, ...kept] },
      after: { namespaces: namespacesWith(relabelled ?? labels), pods: manifests, policies: [...kept, ...come] },
    };
  });

export const networkOf = ({ namespaces, policies }: Cluster) => ({
  policies: policies.map(policyOf),
  namespaces: new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}])),
});
export const podsOf = ({ pods }: Cluster) => pods as readonly unknown[] as readonly Pod[];
export const readOf = (pod: Pod | undefined) => podOf(pod as unknown as Manifest);
export const endOf = ({ pod, ip }: Place): End => {
  const address = parseAddress(ip ?? '');
  if (address !== undefined) return { address };
  return { pod: readOf(pod) };
};
