import type { IsolationChange } from '#domain/networkpolicy/difference.ts';
import { sayTarget, targetOf } from '#domain/plan.ts';
import type { Change } from '#domain/risk/assess.ts';
import type { Finding } from '#domain/risk/finding.ts';
import { isNetworkPolicy, policyDocument } from '#domain/risk/network-policy/network-policy.ts';
import { sayPods } from './say-flow.ts';

/** Pods that no policy isolates any more: whoever may reach the cluster's network reaches them, or they reach whomever. */
export const unisolated = (freed: readonly IsolationChange[], changes: readonly Change[]): readonly Finding[] =>
  freed.map(({ direction, pods }) => ({
    rule: direction === 'ingress' ? 'network-open-in' : 'network-open-out',
    severity: direction === 'ingress' ? 'critical' : 'high',
    change: 'introduces',
    says: `pods ${direction === 'ingress' ? 'open to everything' : 'that may reach everything'}: no NetworkPolicy isolates ${sayPods(pods)} for ${direction} any more`,
    object: namedIn(changes),
    path: ['spec'],
    sources: [policyDocument('the-two-sorts-of-pod-isolation')],
  }));

/** The policies that make the difference. */
export const namedIn = (changes: readonly Change[]): string =>
  changes
    .flatMap(({ before, after }) => after ?? before ?? [])
    .filter((one) => isNetworkPolicy(one) || one.kind === 'Namespace')
    .map((one) => sayTarget(targetOf(one)))
    .join(', ');
