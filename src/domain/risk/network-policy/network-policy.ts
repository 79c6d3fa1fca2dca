import { type Cidr, type Family, ipv4Behind, parseCidr } from '#domain/networkpolicy/cidr.ts';
import type { Ranges } from '#domain/networkpolicy/ranges.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { asText, type Item, itemsAt, itemsIn, listAt, textAt } from '#domain/risk/read.ts';

export type Direction = 'ingress' | 'egress';
export const directions = ['ingress', 'egress'] as const;

/** What Kubernetes says of NetworkPolicies. */
export const policyDocument = (anchor: string): string =>
  `https://kubernetes.io/docs/concepts/services-networking/network-policies/#${anchor}`;

export const isNetworkPolicy = ({ apiVersion, kind }: Manifest): boolean =>
  kind === 'NetworkPolicy' && /^(networking\.k8s\.io|extensions)\//.test(apiVersion);

export const rulesOf = (object: Manifest, direction: Direction): readonly Item[] =>
  isNetworkPolicy(object) ? itemsAt(object, 'spec', direction) : [];

export const peersOf = (rules: readonly Item[], direction: Direction): readonly Item[] =>
  itemsIn(rules, direction === 'ingress' ? 'from' : 'to');

export type Block = {
  readonly text: string;
  readonly cidr: Cidr;
  /** What is surely left out of it. */
  readonly holes: readonly Cidr[];
  /** What may be left out of it besides, as it is read by some. */
  readonly likelyHoles: readonly Cidr[];
  readonly path: Place;
};

/** Reads a block also with noughts before its numbers, which the API server took for long, and others take as octal. */
const readCidr = (text: string): Cidr | undefined =>
  parseCidr(text) ?? parseCidr(text.replace(/(^|[./:])0+(?=\d)/g, '$1'));

export const blocksOf = (object: Manifest, direction: Direction): readonly Block[] =>
  blocksIn(rulesOf(object, direction), direction);

/** Blocks of some rules alone. */
export const blocksIn = (rules: readonly Item[], direction: Direction): readonly Block[] =>
  peersOf(rules, direction).flatMap(({ item, path }) => {
    const except = listAt(item, 'ipBlock', 'except').flatMap((hole) => (typeof hole === 'string' ? [hole.trim()] : []));
    return blockOf(textAt(item, 'ipBlock', 'cidr').trim(), [...path, 'ipBlock'], except) ?? [];
  });

export const blockOf = (text: string, path: Place, except: readonly string[] = []): Block | undefined => {
  const cidr = readCidr(text);
  if (cidr === undefined) return undefined;
  const [holes, likelyHoles] = [parseCidr, readCidr].map((read) => except.flatMap((hole) => read(hole) ?? []));
  return { text, cidr, holes: holes ?? [], likelyHoles: likelyHoles ?? [], path };
};

/** The addresses of a family in a block. Of all of IPv6 that is what is said, and not that IPv4 is behind a part of it. */
export const addressesIn = (cidr: Cidr, family: Family): Ranges => {
  if (cidr.family === family) return [cidr];
  return family === 'ipv4' && cidr.length > 0 ? ipv4Behind(cidr) : [];
};

/** The directions that a policy isolates, with the API server's defaulting. */
export const isolatedBy = (object: Manifest): readonly Direction[] => {
  const types = listAt(object, 'spec', 'policyTypes').map((type) => asText(type).toLowerCase());
  if (types.length > 0) return directions.filter((direction) => types.includes(direction));
  return rulesOf(object, 'egress').length > 0 ? directions : ['ingress'];
};

export const way = (direction: Direction): string => (direction === 'ingress' ? 'in' : 'out');
export const everywhere = (direction: Direction): string =>
  direction === 'ingress' ? 'from everywhere' : 'to everywhere';
