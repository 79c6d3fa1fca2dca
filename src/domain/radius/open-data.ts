import type { Flow, FlowEnd } from '#domain/networkpolicy/flow.ts';
import type { Pod } from '#domain/networkpolicy/pod.ts';
import type { Ranges } from '#domain/networkpolicy/ranges.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { policyDocument } from '#domain/risk/network-policy/network-policy.ts';
import { few } from '#domain/text.ts';
import { sayAddresses, sayPods } from './say-flow.ts';
import type { SeenPod } from './sight.ts';
import { type Store, storePorts } from './stores.ts';
import { namedIn } from './unisolated.ts';

/** A flow of fewer ports names one on purpose; of more it means only what the pod seems to keep. */
const aFew = 100n;

/** Stores of data that can be reached newly, by addresses outside or by another namespace. */
export const openedData = (
  opens: readonly Flow[],
  seen: readonly SeenPod[],
  changes: readonly Change[],
): readonly Finding[] => {
  const kept = new Map(seen.map(({ pod, stores }) => [pod, stores]));
  const found = opens.flatMap((flow) =>
    flow.to.type !== 'pods'
      ? []
      : flow.to.pods.flatMap((pod) =>
          storesAt(flow, kept.get(pod) ?? []).flatMap((store) =>
            farFrom(flow, pod).map((far) => ({ pod, store, far, from: flow.from })),
          ),
        ),
  );
  return [...Map.groupBy(found, ({ store, far }) => `${far} ${store.port} ${store.name}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { far, store } = first;
    const pods = [...new Set(alike.map(({ pod }) => pod))];
    return [
      {
        rule: far === 'outside' ? 'network-data-outside' : 'network-data-elsewhere',
        severity: far === 'outside' ? ('critical' as const) : ('high' as const),
        change: 'introduces' as const,
        says: `${store.name} (port ${store.port}) open to ${sayWhom(alike.map(({ from }) => from))}: ${sayPods(pods)}`,
        object: namedIn(changes),
        path: ['spec'],
        sources: [policyDocument('behavior-of-to-and-from-selectors')],
      },
    ];
  });
};

const sayWhom = (ends: readonly FlowEnd[]): string => {
  const addresses = ends.filter((end) => end.type === 'addresses');
  const namespaces = ends.flatMap((end) => (end.type === 'pods' ? end.pods.map(({ namespace }) => namespace) : []));
  return addresses.length > 0 ? sayAddresses(addresses) : few([...new Set(namespaces)].sort(), mostNamed);
};
const mostNamed = 3;

const farFrom = ({ from }: Flow, pod: Pod): readonly ('outside' | 'elsewhere')[] => {
  if (from.type === 'addresses') return ['outside'];
  return from.pods.some(({ namespace }) => namespace !== pod.namespace) ? ['elsewhere'] : [];
};

const storesAt = ({ ports }: Flow, kept: readonly Store[]): readonly Store[] => {
  const tcp = ports.filter(({ protocol }) => protocol === 'TCP').flatMap(({ ranges }) => ranges);
  const reaches = (some: Ranges, port: number): boolean =>
    some.some(({ first, last }) => first <= BigInt(port) && BigInt(port) <= last);
  const few = tcp.filter(({ first, last }) => last - first < aFew);
  const meant = storePorts.filter(({ port }) => reaches(few, port) && !kept.some((one) => one.port === port));
  return [...kept.filter(({ port }) => reaches(tcp, port)), ...meant];
};
