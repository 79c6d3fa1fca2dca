import type { Pod } from './pod.ts';
import type { Direction, NetworkPolicy, Peer, Rule } from './policy.ts';
import { isolating, type Network } from './reach.ts';
import { type LabelSelector, type Labels, selects } from './selector.ts';

/** The same before and after a change. */
export type Sides<T> = { readonly before: T; readonly after: T };

/** A rule with what it takes to ask `fits` about it. */
export type NumberedRule = {
  readonly rule: Rule;
  readonly policy: NetworkPolicy;
  readonly network: Network;
  /** The named ports in it. */
  readonly names: readonly string[];
  /** What asking whom it fits takes, one for a short selector. */
  readonly cost: number;
};

/** Numbers of the rules of all policies that isolate a pod, ascending; undefined where none isolates it. */
export type OwnRules = readonly number[] | undefined;

/** What a pod's own policies let through, by direction; where nothing differs `before` and `after` are one object. */
export type Own = Readonly<Record<Direction, Sides<OwnRules>>>;

/**
 * Numbers the rules of two networks: two that mean the same have one number, whichever network, policy and namespace
 * they are in. So what differs is seen by comparing numbers.
 */
export const numberRules = (before: Network, after: Network) => {
  const rules: NumberedRule[] = [];
  const numbers = new Map<string, number>();
  const relabelled = relabelledNamespaces(before, after);
  const byRule = new Map<Rule, number>();
  const numberOf = (network: Network, policy: NetworkPolicy, rule: Rule): number => {
    // Most policies are the same objects before and after.
    const ready = relabelled.length === 0 ? byRule.get(rule) : undefined;
    if (ready !== undefined) return ready;
    const number = numberAnew(network, policy, rule);
    byRule.set(rule, number);
    return number;
  };
  const numberAnew = (network: Network, policy: NetworkPolicy, rule: Rule): number => {
    const peers = rule.peers === 'any' ? [] : rule.peers;
    const key = [
      peers.some((peer) => peer.type === 'pods' && peer.namespaces === undefined) ? policy.namespace : '',
      network === after && peers.some((peer) => relabelled.some((labels) => fitsUnlike(peer, labels))) ? 'after' : '',
      JSON.stringify(rule, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
    ].join('\n');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, rules.length);
    return rules.push({ rule, policy, network, names: namesIn(rule), cost: costOf(rule) }) - 1;
  };
  const indexed = { before: indexOf(before, numberOf), after: indexOf(after, numberOf) };
  const ownOf = (pod: Pod): Own => ({
    ingress: sidesOf(indexed.before(pod, 'ingress'), indexed.after(pod, 'ingress')),
    egress: sidesOf(indexed.before(pod, 'egress'), indexed.after(pod, 'egress')),
  });
  return { rules: rules as readonly NumberedRule[], ownOf };
};

/** Labels of the namespaces whose labels differ. */
const relabelledNamespaces = (before: Network, after: Network): readonly Sides<Labels>[] =>
  before.namespaces === after.namespaces
    ? []
    : [...new Set([...before.namespaces.keys(), ...after.namespaces.keys()])]
        .map((name) => ({ before: before.namespaces.get(name) ?? {}, after: after.namespaces.get(name) ?? {} }))
        .filter((labels) => JSON.stringify(labels.before) !== JSON.stringify(labels.after));

const fitsUnlike = (peer: Peer, { before, after }: Sides<Labels>): boolean =>
  peer.type === 'pods' &&
  peer.namespaces !== undefined &&
  selects(peer.namespaces, before) !== selects(peer.namespaces, after);

const namesIn = ({ ports }: Rule): readonly string[] =>
  ports === 'any' ? [] : ports.flatMap(({ port }) => (typeof port === 'string' ? [port] : []));

/** A value in a long list takes about a hundredth of what a selector takes. */
const costOf = ({ peers }: Rule): number =>
  1 +
  (peers === 'any' ? 0 : peers.reduce((sum, peer) => sum + (peer.type === 'pods' ? selectorCost(peer.pods) : 0), 0));

export const selectorCost = ({ matchExpressions }: LabelSelector): number =>
  1 + (matchExpressions ?? []).reduce((sum, { values }) => sum + (values?.length ?? 0) / 100, 0);

type NumberOf = (network: Network, policy: NetworkPolicy, rule: Rule) => number;

/** A pod is isolated by policies of its own namespace only: looking those up spares going through all of them for each pod. */
const indexOf = (network: Network, numberOf: NumberOf) => {
  const byNamespace = Map.groupBy(network.policies, ({ namespace }) => namespace);
  const numbers = new Map(
    network.policies.map((policy) => {
      const all = (direction: Direction) => (policy[direction] ?? []).map((rule) => numberOf(network, policy, rule));
      return [policy, { ingress: all('ingress'), egress: all('egress') }];
    }),
  );
  return (pod: Pod, direction: Direction): OwnRules => {
    const policies = isolating(byNamespace.get(pod.namespace) ?? [], pod, direction);
    if (policies.length === 0) return undefined;
    return ascending(policies.flatMap((policy) => numbers.get(policy)?.[direction] ?? []));
  };
};

const sidesOf = (before: OwnRules, after: OwnRules): Sides<OwnRules> =>
  before !== undefined && after !== undefined && before.join() === after.join()
    ? { before, after: before }
    : { before, after };

/** Numbers in ascending order, each once. */
export const ascending = (numbers: Iterable<number>): readonly number[] =>
  [...new Set(numbers)].sort((one, other) => one - other);
