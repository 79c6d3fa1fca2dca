import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './rbac.ts';

const verbs = ['create', 'update', 'patch'];

/** Addresses behind a Service, and addresses that it takes traffic of by its status: NetworkPolicies look at neither. */
export const rbacTraffic: Rule = {
  name: 'rbac-traffic',
  severity: 'high',
  sources: ['CVE-2021-25740', 'CVE-2020-8554'],
  inside: (object) => [
    ...dangersOf(
      object,
      'the right to lead the traffic of Services anywhere: endpoints',
      { group: '', resources: ['endpoints'], verbs },
      { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs },
    ),
    ...dangersOf(object, 'the right to take the cluster’s traffic for any address: services/status', {
      group: '',
      resources: ['services/status'],
      verbs: ['update', 'patch'],
    }),
  ],
};
