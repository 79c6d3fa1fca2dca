import type { Json } from '#domain/json.ts';
import type { Network } from '#domain/networkpolicy/reach.ts';
import type { Manifest } from '#domain/plan.ts';
import { namespaceManifest, podManifest, podOf, policyManifest, policyOf } from './network.ts';

export type Size = { readonly pods: number; readonly namespaces: number; readonly policies: number };

/** What is measured with. */
export const largeSize: Size = { pods: 5_000, namespaces: 60, policies: 300 };

/** The same every time. */
export type LargeCluster = {
  readonly namespaces: readonly Manifest[];
  readonly pods: readonly Manifest[];
  readonly policies: readonly Manifest[];
  /** Takes the place of the policy of the same name: it opens a database to everybody. */
  readonly changed: Manifest;
};

/** A cluster of teams with web, api, workers, caches and databases, as its API server tells it. */
export const largeCluster = ({ pods, namespaces, policies }: Size = largeSize): LargeCluster => ({
  namespaces: Array.from({ length: namespaces }, (_, index) => namespaceAt(index)),
  pods: Array.from({ length: pods }, (_, index) => podAt(index, namespaces)),
  policies: Array.from({ length: policies }, (_, index) => policyAt(index, namespaces)),
  changed: policyManifest(
    `${nameOf(1)}/database`,
    databaseOpenTo({ namespaceSelector: {} }, block('0.0.0.0/0'), block('::/0')),
  ),
});

/** The same, read, before and after the change. */
export const largeChange = (size: Size = largeSize) => {
  const cluster = largeCluster(size);
  const namespaces = new Map(cluster.namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const changed = policyOf(cluster.changed);
  const policies = cluster.policies.map(policyOf);
  const isChanged = ({ name, namespace }: { readonly name: string; readonly namespace: string }): boolean =>
    name === changed.name && namespace === changed.namespace;
  const before: Network = { policies, namespaces };
  const after: Network = { policies: policies.map((policy) => (isChanged(policy) ? changed : policy)), namespaces };
  return { before, after, pods: cluster.pods.map(podOf) };
};

const special = new Map([
  [0, 'kube-system'],
  [2, 'monitoring'],
  [3, 'ingress'],
]);
const nameOf = (index: number): string => special.get(index) ?? `team-${index}`;

const namespaceAt = (index: number): Manifest =>
  namespaceManifest(nameOf(index), {
    team: `team-${index % 20}`,
    env: ['prod', 'staging', 'dev'][index % 3] ?? 'prod',
    'pod-security.kubernetes.io/enforce': 'restricted',
  });

type Workload = {
  readonly app: string;
  readonly tier: string;
  readonly replicas: number;
  readonly ports: Record<string, number>;
};

/** Twenty pods; a namespace has them over and over, each time under another name. */
const workloads: readonly Workload[] = [
  { app: 'web', tier: 'frontend', replicas: 6, ports: { http: 8080, metrics: 9090 } },
  { app: 'api', tier: 'backend', replicas: 6, ports: { http: 3000, metrics: 9090 } },
  { app: 'worker', tier: 'backend', replicas: 4, ports: { metrics: 9100 } },
  { app: 'cache', tier: 'cache', replicas: 2, ports: { redis: 6379, metrics: 9121 } },
  { app: 'database', tier: 'data', replicas: 2, ports: { sql: 5432, metrics: 9187 } },
];
const nothing: Workload = { app: 'none', tier: 'none', replicas: 0, ports: {} };
const inTurn = workloads.flatMap((workload) =>
  Array.from({ length: workload.replicas }, (_, replica) => ({ workload, replica })),
);

const podAt = (index: number, namespaces: number): Manifest => {
  const [namespace, place] = [index % namespaces, Math.floor(index / namespaces)];
  const { workload, replica } = inTurn[place % inTurn.length] ?? { workload: nothing, replica: 0 };
  const app = `${workload.app}-${Math.floor(place / inTurn.length)}`;
  const hash = (((namespace * 7919 + place - replica) * 2_654_435_761) % 4_294_967_296).toString(36);
  const name = workload.tier === 'data' ? `${app}-${replica}` : `${app}-${hash}-${index.toString(36).padStart(5, 'x')}`;
  // Some are agents of the nodes.
  const hostNetwork = namespace === 0 && place % 10 === 0;
  return podManifest(`${nameOf(namespace)}/${name}`, {
    labels: {
      app,
      tier: workload.tier,
      ...(namespace === 0 && workload.app === 'api' ? { 'k8s-app': 'kube-dns' } : {}),
      'app.kubernetes.io/managed-by': 'Helm',
      ...(workload.tier === 'data' ? { 'statefulset.kubernetes.io/pod-name': name } : { 'pod-template-hash': hash }),
    },
    ip: `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    ports: workload.ports,
    ...(hostNetwork ? { hostNetwork } : {}),
  });
};

type Spec = { readonly [field: string]: Json };

const tier = (name: string): Spec => ({ podSelector: { matchLabels: { tier: name } } });
const block = (cidr: string, ...except: readonly string[]): Spec => ({
  ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) },
});
const ownRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const port = (number: Json, protocol = 'TCP'): Spec => ({ protocol, port: number });

const databaseOpenTo = (...more: readonly Spec[]): Spec => ({
  ...tier('data'),
  policyTypes: ['Ingress'],
  ingress: [{ from: [tier('backend'), ...more], ports: [port('sql')] }],
});

/** What every namespace has, the first first. */
const usual: readonly (readonly [name: string, spec: Spec])[] = [
  ['default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }],
  ['database', databaseOpenTo()],
  [
    'dns',
    {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [port(53, 'UDP'), port(53)],
        },
      ],
    },
  ],
];

/** What namespaces have besides, each beginning with another. */
const some = (namespace: number): readonly (readonly [name: string, spec: Spec])[] => [
  [
    'web',
    {
      ...tier('frontend'),
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } } }],
          ports: [port('http')],
        },
        { from: [block(`203.0.${namespace}.0/24`, `203.0.${namespace}.128/25`)], ports: [port(8443)] },
      ],
    },
  ],
  [
    'metrics',
    {
      podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['cache'] }] },
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'team-2' } } }], ports: [port('metrics')] }],
    },
  ],
  [
    'backend-out',
    {
      ...tier('backend'),
      policyTypes: ['Egress'],
      egress: [
        { to: [tier('data'), tier('cache')] },
        { to: [block('0.0.0.0/0', ...ownRanges), block('2000::/3')], ports: [port(443)] },
        { to: [{ namespaceSelector: { matchLabels: { env: 'prod' } }, ...tier('backend') }], ports: [port('http')] },
      ],
    },
  ],
  [
    'api',
    {
      podSelector: { matchLabels: { app: 'api-0' } },
      ingress: [
        {
          from: [
            tier('frontend'),
            { namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['prod', 'staging'] }] } },
          ],
        },
      ],
    },
  ],
  [
    'replication',
    {
      podSelector: { matchLabels: { 'statefulset.kubernetes.io/pod-name': 'database-0-0' } },
      ingress: [{ from: [tier('data')], ports: [{ protocol: 'TCP', port: 5430, endPort: 5439 }] }],
    },
  ],
];

const policyAt = (index: number, namespaces: number): Manifest => {
  const [namespace, round] = [index % namespaces, Math.floor(index / namespaces)];
  const others = some(namespace);
  const turn = round - usual.length;
  const [name, spec] = usual[round] ?? others[(namespace + turn) % others.length] ?? ['none', {}];
  const again = Math.floor(turn / others.length);
  return policyManifest(`${nameOf(namespace)}/${again > 0 ? `${name}-${again}` : name}`, spec);
};
