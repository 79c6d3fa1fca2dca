import { err, ok, type Result } from '#domain/result.ts';
import { type NumberedRule, numberRules, type Own, selectorCost } from './numbering.ts';
import type { Pod } from './pod.ts';
import type { Direction, NetworkPolicy } from './policy.ts';
import type { Network } from './reach.ts';
import type { LabelSelector } from './selector.ts';

/** Pods that all selectors see alike: of one namespace, with the same value of every label that a selector mentions. */
export type Look = {
  /** Places in the list of pods, ascending. */
  readonly places: readonly number[];
  /** One of them, to ask about instead of all. */
  readonly pod: Pod;
  readonly own: Own;
};

/**
 * Gathers pods by how policies see them, so that each selector is asked once for each look and not for each pod; refuses
 * where that is still more than `most` times.
 */
export const looksOf = (
  before: Network,
  after: Network,
  pods: readonly Pod[],
  most: number,
): Result<{ readonly looks: readonly Look[]; readonly rules: readonly NumberedRule[] }, 'too-much'> => {
  const { rules, ownOf } = numberRules(before, after);
  const keys = [...new Set([...before.policies, ...after.policies].flatMap(selectorsIn).flatMap(keysIn))];
  const places = Map.groupBy(pods.keys(), (place) => lookOf(pods[place], keys));
  const costs = selectingCosts([...before.policies, ...after.policies]);
  const cost = places.values().reduce((sum, [first = -1]) => sum + (costs.get(pods[first]?.namespace ?? '') ?? 0), 0);
  if (cost > most) return err('too-much');
  const looks = [...places.values()].flatMap((those) => {
    const pod = pods[those[0] ?? -1];
    return pod === undefined ? [] : [{ places: those, pod, own: ownOf(pod) }];
  });
  return ok({ looks, rules });
};

/** What asking which policies of a namespace select a pod takes, in both directions. */
const selectingCosts = (policies: readonly NetworkPolicy[]): ReadonlyMap<string, number> =>
  policies.reduce(
    (costs, { namespace, pods }) => costs.set(namespace, (costs.get(namespace) ?? 0) + 2 * selectorCost(pods)),
    new Map<string, number>(),
  );

/** Whether the own policies of these pods differ in a direction. */
export const isTouched = ({ own }: { readonly own: Own }, direction: Direction): boolean =>
  own[direction].before !== own[direction].after;

const lookOf = (pod: Pod | undefined, keys: readonly string[]): string => {
  let look = `${pod?.namespace}\n${pod?.onNode}`;
  // Neither names nor values of labels can have a line break in them.
  for (const key of keys) look += pod !== undefined && Object.hasOwn(pod.labels, key) ? `\n=${pod.labels[key]}` : '\n';
  return look;
};

const selectorsIn = (policy: NetworkPolicy): readonly LabelSelector[] => [
  policy.pods,
  ...[...(policy.ingress ?? []), ...(policy.egress ?? [])].flatMap(({ peers }) =>
    peers === 'any' ? [] : peers.flatMap((peer) => (peer.type === 'pods' ? [peer.pods] : [])),
  ),
];

const keysIn = ({ matchLabels, matchExpressions }: LabelSelector): readonly string[] => [
  ...Object.keys(matchLabels ?? {}),
  ...(matchExpressions ?? []).map(({ key }) => key),
];
