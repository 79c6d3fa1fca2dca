import { parseAllDocuments } from 'yaml';
import { bitsOf, parseAddress } from '#domain/networkpolicy/cidr.ts';
import type { Difference } from '#domain/networkpolicy/difference.ts';
import type { Flow, FlowEnd, Ports } from '#domain/networkpolicy/flow.ts';
import { type Pod, type Protocol, protocol } from '#domain/networkpolicy/pod.ts';
import type { NetworkPolicy } from '#domain/networkpolicy/policy.ts';
import { covers, type Range, type Ranges } from '#domain/networkpolicy/ranges.ts';
import type { End } from '#domain/networkpolicy/reach.ts';
import type { Manifest } from '#domain/plan.ts';
import { policyOf } from './network.ts';

/** NetworkPolicies in YAML, several documents in one text; without a namespace they are in `default`. */
export const policiesIn = (yaml: string): readonly NetworkPolicy[] =>
  parseAllDocuments(yaml).map((document) => {
    const manifest = document.toJS() as Manifest;
    return policyOf({ ...manifest, metadata: { namespace: 'default', ...manifest.metadata } });
  });

export type Packet = { readonly from: End; readonly to: End; readonly protocol: Protocol; readonly port: number };

/** Reads `default/web → 192.0.2.1 TCP 443`. */
export const packetOf = (text: string, pods: readonly Pod[]): Packet => {
  const [from = '', arrow, to = '', spoken, port] = text.split(' ');
  const end = (name: string): End => {
    const address = parseAddress(name);
    if (address !== undefined) return { address };
    const pod = pods.find((one) => `${one.namespace}/${one.name}` === name);
    if (pod === undefined || arrow !== '→') throw new Error(`${text}: ${name} is no pod.`);
    return { pod };
  };
  return { from: end(from), to: end(to), protocol: protocol.parse(spoken), port: Number(port) };
};

/** The flows that a packet is in. */
export const flowsWith = ({ flows }: Difference, { from, to, protocol: spoken, port }: Packet): readonly Flow[] =>
  flows.filter(
    (flow) =>
      isIn(flow.from, from) &&
      isIn(flow.to, to) &&
      flow.ports.some((ports) => ports.protocol === spoken && covers(ports.ranges, [only(BigInt(port))])),
  );

export const isIn = (end: FlowEnd, wanted: End): boolean =>
  'pod' in wanted
    ? end.type === 'pods' &&
      end.pods.some(({ name, namespace }) => name === wanted.pod.name && namespace === wanted.pod.namespace)
    : end.type === 'addresses' &&
      end.family === wanted.address.family &&
      covers(end.ranges, [only(wanted.address.value)]);

const only = (number: bigint): Range => ({ first: number, last: number });

/** A flow on one line: `opens any ipv4 → default/db TCP 5432`. */
export const flowText = ({ change, from, to, ports }: Flow): string =>
  `${change} ${endText(from)} → ${endText(to)} ${portsText(ports)}`;

const endText = (end: FlowEnd): string =>
  end.type === 'pods'
    ? end.pods.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')
    : covers(end.ranges, [{ first: 0n, last: (1n << BigInt(bitsOf[end.family])) - 1n }])
      ? `any ${end.family}`
      : rangesText(end.ranges, end.family === 'ipv4' ? dotted : grouped);

const portsText = (ports: Ports): string =>
  ports.every(({ ranges }) => covers(ranges, [{ first: 1n, last: 65_535n }])) && ports.length === 3
    ? 'on all'
    : ports.map(({ protocol: spoken, ranges }) => `${spoken} ${rangesText(ranges, String)}`).join(', ');

const rangesText = (ranges: Ranges, text: (number: bigint) => string): string =>
  ranges.map(({ first, last }) => (first === last ? text(first) : `${text(first)}-${text(last)}`)).join(' ');

const dotted = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
const grouped = (value: bigint): string => (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
