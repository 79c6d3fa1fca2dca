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
  /** What asking about one pod takes, in short selectors. */
  readonly cost: number;
};

/**
 * Numbers of the rules of all policies that isolate a pod, ascending; undefined where none isolates it. The same numbers
 * are one and the same list, to be compared by `===`.
 */
export type OwnRules = readonly number[] | undefined;

/** What a pod's own policies let through, by direction. */
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
  const lists = new Map<string, readonly number[]>();
  const listOf = (all: readonly number[]): readonly number[] => {
    const list = ascending(all);
    const key = list.join();
    const known = lists.get(key) ?? list;
    lists.set(key, known);
    return known;
  };
  const rulesBefore = indexOf(before, numberOf, listOf);
  const rulesAfter = indexOf(after, numberOf, listOf);
  const ownOf = (pod: Pod): Own => ({
    ingress: { before: rulesBefore(pod, 'ingress'), after: rulesAfter(pod, 'ingress') },
    egress: { before: rulesBefore(pod, 'egress'), after: rulesAfter(pod, 'egress') },
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

const costOf = ({ peers }: Rule): number =>
  1 +
  (peers === 'any' ? 0 : peers.reduce((sum, peer) => sum + (peer.type === 'pods' ? selectorCost(peer.pods) : 0), 0));

/** What asking a selector takes, one for a short one: going by a value of a long list takes about a hundredth of that. */
export const selectorCost = ({ matchExpressions }: LabelSelector): number =>
  1 + (matchExpressions ?? []).reduce((sum, { values }) => sum + (values?.length ?? 0) / 100, 0);

type NumberOf = (network: Network, policy: NetworkPolicy, rule: Rule) => number;

/** Finds the rules of a pod's policies; those of one namespace that the same policies isolate have the same. */
const indexOf = (network: Network, numberOf: NumberOf, listOf: (all: readonly number[]) => readonly number[]) => {
  // A pod is isolated by policies of its own namespace only.
  const byNamespace = Map.groupBy(network.policies, ({ namespace }) => namespace);
  const numbered = new Map(
    network.policies.map((policy, place) => {
      const all = (direction: Direction) => (policy[direction] ?? []).map((rule) => numberOf(network, policy, rule));
      return [policy, { place, ingress: all('ingress'), egress: all('egress') }];
    }),
  );
  const ready = new Map<string, readonly number[]>();
  return (pod: Pod, direction: Direction): OwnRules => {
    const policies = isolating(byNamespace.get(pod.namespace) ?? [], pod, direction);
    if (policies.length === 0) return undefined;
    const key = `${direction} ${policies.map((policy) => numbered.get(policy)?.place).join()}`;
    const known = ready.get(key) ?? listOf(policies.flatMap((policy) => numbered.get(policy)?.[direction] ?? []));
    ready.set(key, known);
    return known;
  };
};

/** Numbers in ascending order, each once. */
export const ascending = (numbers: Iterable<number>): readonly number[] =>
  [...new Set(numbers)].sort((one, other) => one - other);
