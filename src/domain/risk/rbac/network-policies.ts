import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, type Right } from './rbac.ts';

const verbs = ['create', 'update', 'patch', 'delete', 'deletecollection'];
/** Kubernetes’ own, and those of network plugins. */
const writing: readonly Right[] = [
  { group: 'networking.k8s.io', resources: ['networkpolicies'], verbs },
  { group: 'extensions', resources: ['networkpolicies'], verbs },
  {
    group: 'policy.networking.k8s.io',
    resources: ['adminnetworkpolicies', 'baselineadminnetworkpolicies', 'clusternetworkpolicies'],
    verbs,
  },
  { group: 'cilium.io', resources: ['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies'], verbs },
  ...['projectcalico.org', 'crd.projectcalico.org'].map((group) => ({
    group,
    resources: ['networkpolicies', 'globalnetworkpolicies'],
    verbs,
  })),
];

export const rbacNetworkPolicies: Rule = {
  name: 'rbac-network-policies',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/concepts/services-networking/network-policies/'],
  inside: (object) =>
    dangersOf(object, 'the right to open and lift what holds back traffic: NetworkPolicies', ...writing),
};
