import type { Flow } from '#domain/networkpolicy/flow.ts';
import type { Pod } from '#domain/networkpolicy/pod.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { policyDocument } from '#domain/risk/network-policy/network-policy.ts';
import { sayPods } from './say-flow.ts';
import type { SeenPod } from './sight.ts';
import { namedIn } from './unisolated.ts';

/** Ports at which data is kept, as IANA or their makers name them. */
const stores = new Map<number, string>([
  [1433, 'SQL Server'],
  [1521, 'Oracle'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [5672, 'AMQP'],
  [5984, 'CouchDB'],
  [6379, 'Redis'],
  [7687, 'Neo4j'],
  [8086, 'InfluxDB'],
  [8200, 'Vault'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9200, 'Elasticsearch'],
  [11211, 'Memcached'],
  [26257, 'CockroachDB'],
  [27017, 'MongoDB'],
]);
/** A flow of so many ports means a store only where the pod says that it listens there. */
const aFew = 100n;

/** Stores of data that can be reached newly, by addresses outside or by another namespace. */
export const openedData = (
  opens: readonly Flow[],
  seen: readonly SeenPod[],
  changes: readonly Change[],
): readonly Finding[] => {
  const listens = new Map(seen.map(({ pod, listens: ports }) => [pod, ports]));
  const found = opens.flatMap((flow) =>
    flow.to.type !== 'pods'
      ? []
      : flow.to.pods.flatMap((pod) =>
          storesAt(flow, listens.get(pod) ?? []).flatMap((port) =>
            farFrom(flow, pod).map((far) => ({ pod, port, far })),
          ),
        ),
  );
  return [...Map.groupBy(found, ({ port, far }) => `${far} ${port}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { far, port } = first;
    const pods = [...new Set(alike.map(({ pod }) => pod))];
    return [
      {
        rule: far === 'outside' ? 'network-data-outside' : 'network-data-elsewhere',
        severity: far === 'outside' ? ('critical' as const) : ('high' as const),
        change: 'introduces' as const,
        says: `a way to ${stores.get(port)} (port ${port}) of ${sayPods(pods)} from ${far === 'outside' ? 'addresses that no pod selector names' : 'other namespaces'}`,
        object: namedIn(changes),
        path: ['spec'],
        sources: [policyDocument('behavior-of-to-and-from-selectors')],
      },
    ];
  });
};

const farFrom = ({ from }: Flow, pod: Pod): readonly ('outside' | 'elsewhere')[] => {
  if (from.type === 'addresses') return ['outside'];
  return from.pods.some(({ namespace }) => namespace !== pod.namespace) ? ['elsewhere'] : [];
};

const storesAt = ({ ports }: Flow, listens: readonly number[]): readonly number[] => {
  const tcp = ports.filter(({ protocol }) => protocol === 'TCP').flatMap(({ ranges }) => ranges);
  return [...stores.keys()].filter((port) =>
    tcp.some(
      ({ first, last }) =>
        first <= BigInt(port) && BigInt(port) <= last && (last - first < aFew || listens.includes(port)),
    ),
  );
};
