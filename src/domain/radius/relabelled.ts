import type { NetworkPolicy } from '#domain/networkpolicy/policy.ts';
import type { Network } from '#domain/networkpolicy/reach.ts';
import { type Labels, selects } from '#domain/networkpolicy/selector.ts';
import { type Manifest, sayTarget, targetOf } from '#domain/plan.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { policyDocument } from '#domain/risk/network-policy/network-policy.ts';
import { at, entriesAt } from '#domain/risk/read.ts';
import { podSpecsOf } from '#domain/risk/workload/workload.ts';
import { few } from '#domain/text.ts';
import type { ReachLine } from './radius.ts';

/** What it means that pods of a workload get other labels: NetworkPolicies know pods by nothing else. */
export type Relabelled = {
  readonly notIsolated: number;
  readonly findings: readonly Finding[];
  readonly lines: readonly ReachLine[];
};

/** Whether a change gives the pods of a workload other labels. */
export const isRelabelled = ({ before, after }: Change): boolean =>
  before !== undefined &&
  after !== undefined &&
  podSpecsOf(after).length > 0 &&
  JSON.stringify(sorted(labelsOf(before))) !== JSON.stringify(sorted(labelsOf(after)));

const sorted = (labels: Labels) => Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));

/** Labels of a pod itself, or of the template that pods are made from; of several templates those of the first. */
const labelsOf = (object: Manifest): Labels =>
  Object.fromEntries(
    entriesAt(at(object, ...placeOfLabels(object))).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );

const placeOfLabels = (object: Manifest): readonly string[] => {
  const keys = podSpecsOf(object)[0]?.path.slice(0, -1) ?? [];
  return [...keys.map(String), 'metadata', 'labels'];
};

export const relabelledBy = (changes: readonly Change[], { policies }: Network): Relabelled => {
  const all = changes.filter(isRelabelled).map((change) => one(change, policies));
  return {
    notIsolated: all.reduce((sum, { notIsolated }) => sum + notIsolated, 0),
    findings: all.flatMap(({ findings }) => findings),
    lines: all.flatMap(({ lines }) => lines),
  };
};

const one = ({ before, after }: Change, policies: readonly NetworkPolicy[]): Relabelled => {
  if (before === undefined || after === undefined) return { notIsolated: 0, findings: [], lines: [] };
  const own = policies.filter(({ namespace }) => namespace === after.metadata.namespace);
  const isolating = (object: Manifest, direction: 'ingress' | 'egress') =>
    own.filter((policy) => policy[direction] !== undefined && selects(policy.pods, labelsOf(object)));
  const object = sayTarget(targetOf(after));
  const freed = (['ingress', 'egress'] as const).filter(
    (direction) => isolating(before, direction).length > 0 && isolating(after, direction).length === 0,
  );
  const lost = own.filter(({ pods }) => selects(pods, labelsOf(before)) && !selects(pods, labelsOf(after)));
  const won = own.filter(({ pods }) => !selects(pods, labelsOf(before)) && selects(pods, labelsOf(after)));
  const names = (some: readonly NetworkPolicy[]): string =>
    few(
      some.map(({ name }) => name),
      5,
    );
  const replicas = at(after, 'spec', 'replicas');
  return {
    notIsolated: freed.length === 0 ? 0 : typeof replicas === 'number' ? replicas : 1,
    findings: freed.map((direction) => ({
      rule: direction === 'ingress' ? 'network-open-in' : 'network-open-out',
      severity: direction === 'ingress' ? 'critical' : 'high',
      change: 'introduces',
      says: `pods ${direction === 'ingress' ? 'open to everything' : 'that may reach everything'}: by their new labels no NetworkPolicy isolates them for ${direction} any more`,
      object,
      path: [...placeOfLabels(after)],
      sources: [policyDocument('networkpolicy-resource')],
    })),
    lines: [
      ...(lost.length === 0
        ? []
        : [opens(`By their new labels pods of ${object} leave the NetworkPolicies ${names(lost)}`)]),
      ...(won.length === 0
        ? []
        : [opens(`By their new labels pods of ${object} come under the NetworkPolicies ${names(won)}`)]),
      ...others(before, after, policies).map((name) =>
        opens(`By its labels ${name} lets pods of ${object} through otherwise than before`),
      ),
    ],
  };
};

const opens = (text: string): ReachLine => ({ change: 'opens', text });

/** Policies that name such pods as those who may come, or be gone to. */
const others = (before: Manifest, after: Manifest, policies: readonly NetworkPolicy[]): readonly string[] =>
  policies
    .filter((policy) =>
      [...(policy.ingress ?? []), ...(policy.egress ?? [])].some(
        ({ peers }) =>
          peers !== 'any' &&
          peers.some(
            (peer) =>
              peer.type === 'pods' && selects(peer.pods, labelsOf(before)) !== selects(peer.pods, labelsOf(after)),
          ),
      ),
    )
    .map(({ namespace, name }) => `NetworkPolicy ${namespace}/${name}`);
