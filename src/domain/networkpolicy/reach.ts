import type { Address, Family } from './cidr.ts';
import type { Pod, Protocol } from './pod.ts';
import type { Direction, NetworkPolicy, Peer, PortEntry, Rule } from './policy.ts';
import { covers, overlap, type Range, type Ranges, union, without } from './ranges.ts';
import { type Labels, selects } from './selector.ts';

/** What decides who reaches whom: policies are a union, and namespaces are known by their labels. */
export type Network = {
  readonly policies: readonly NetworkPolicy[];
  /** Labels by name; a namespace that is not in it has none. */
  readonly namespaces: ReadonlyMap<string, Labels>;
};

export type End = { readonly pod: Pod } | { readonly address: Address };

export const everyPort: Range = { first: 1n, last: 65_535n };

/** The policies that isolate a pod in a direction; without one, everything is let through there. */
export const isolating = (
  policies: readonly NetworkPolicy[],
  pod: Pod,
  direction: Direction,
): readonly NetworkPolicy[] =>
  policies.filter(
    (policy) =>
      policy[direction] !== undefined &&
      policy.namespace === pod.namespace &&
      !pod.onNode &&
      selects(policy.pods, pod.labels),
  );

/** Whether one end reaches a port of the other, as NetworkPolicy (networking.k8s.io/v1) says. */
export const reaches = (network: Network, from: End, to: End, protocol: Protocol, port: number): boolean =>
  covers(portsBetween(network, from, to, protocol), [{ first: BigInt(port), last: BigInt(port) }]);

/** The ports that both the one end's egress and the other's ingress let through. */
export const portsBetween = (network: Network, from: End, to: End, protocol: Protocol): Ranges => {
  // A pod cannot be cut off from itself.
  if ('pod' in from && 'pod' in to && isSame(from.pod, to.pod)) return [everyPort];
  return overlap(
    'pod' in from ? portsLet(network, from.pod, 'egress', to, protocol) : [everyPort],
    'pod' in to ? portsLet(network, to.pod, 'ingress', from, protocol) : [everyPort],
  );
};

/** The ports that a pod's own policies let through in a direction, to or from another end. */
export const portsLet = (network: Network, pod: Pod, direction: Direction, other: End, protocol: Protocol): Ranges => {
  const policies = isolating(network.policies, pod, direction);
  if (policies.length === 0) return [everyPort];
  // Ports are always those of the end that is spoken to.
  const spokenTo = direction === 'ingress' ? pod : 'pod' in other ? other.pod : undefined;
  return union(
    policies.flatMap((policy) =>
      (policy[direction] ?? [])
        .filter(({ peers }) => peers === 'any' || peers.some((peer) => fits(network, policy, peer, other)))
        .flatMap((rule) => portsOf(rule, protocol, spokenTo)),
    ),
  );
};

/** Whether an end is one of those that a peer of a policy stands for. */
export const fits = (network: Network, policy: NetworkPolicy, peer: Peer, other: End): boolean => {
  switch (peer.type) {
    case 'pods':
      return (
        'pod' in other &&
        !other.pod.onNode &&
        selects(peer.pods, other.pod.labels) &&
        (peer.namespaces === undefined
          ? other.pod.namespace === policy.namespace
          : selects(peer.namespaces, network.namespaces.get(other.pod.namespace) ?? {}))
      );
    case 'block':
      return ('pod' in other ? other.pod.addresses : [other.address]).some((address) =>
        covers(blockOf(peer, address.family), [{ first: address.value, last: address.value }]),
      );
    case 'unknown':
      return false;
  }
};

/** The addresses of one family that are in a block and in none of its holes. */
export const blockOf = ({ cidr, except }: Extract<Peer, { type: 'block' }>, family: Family): Ranges =>
  cidr.family === family
    ? without(
        [cidr],
        except.filter((hole) => hole.family === family),
      )
    : [];

/** The ports that a rule lets through; a named one is looked up in the pod that is spoken to, and an address outside has no names. */
export const portsOf = ({ ports }: Rule, protocol: Protocol, spokenTo: Pod | undefined): Ranges =>
  ports === 'any'
    ? [everyPort]
    : ports.filter((entry) => entry.protocol === protocol).flatMap((entry) => numbersOf(entry, spokenTo));

/** The port numbers that an entry stands for at a pod. */
export const numbersOf = ({ protocol, port, endPort }: PortEntry, spokenTo: Pod | undefined): Ranges => {
  if (port === undefined) return [everyPort];
  if (typeof port === 'number') return [{ first: BigInt(port), last: BigInt(endPort ?? port) }];
  return (spokenTo?.ports ?? [])
    .filter((one) => one.name === port && one.protocol === protocol)
    .map(({ number }) => ({ first: BigInt(number), last: BigInt(number) }));
};

/**
 * Whether all of these addresses reach all of these ports of a pod by its ingress policies: exactly, over unions of
 * blocks with holes.
 */
export const blockReaches = (
  { policies }: Network,
  addresses: Range & { readonly family: Family },
  pod: Pod,
  protocol: Protocol,
  ports: Ranges,
): boolean => {
  const isolated = isolating(policies, pod, 'ingress');
  if (isolated.length === 0) return true;
  const lets = isolated
    .flatMap(({ ingress }) => ingress ?? [])
    .map((rule) => ({ from: addressesOf(rule, addresses), through: portsOf(rule, protocol, pod) }));
  // Between two neighbouring bounds every port is treated alike: one of each stretch tells for all of it.
  const bounds = lets.flatMap(({ through }) => through.flatMap(({ first, last }) => [first, last + 1n]));
  const stretches = ports.flatMap(({ first, last }) => [
    first,
    ...bounds.filter((bound) => first < bound && bound <= last),
  ]);
  return stretches.every((port) =>
    covers(
      union(lets.filter(({ through }) => covers(through, [{ first: port, last: port }])).flatMap(({ from }) => from)),
      [addresses],
    ),
  );
};

const addressesOf = ({ peers }: Rule, { family, first, last }: Range & { readonly family: Family }): Ranges =>
  peers === 'any'
    ? [{ first, last }]
    : union(peers.flatMap((peer) => (peer.type === 'block' ? blockOf(peer, family) : [])));

const isSame = (one: Pod, other: Pod): boolean => one.name === other.name && one.namespace === other.namespace;
