import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './rbac.ts';

export const rbacPodAccess: Rule = {
  name: 'rbac-pod-access',
  severity: 'high',
  sources: ['https://kubernetes.io/docs/reference/access-authn-authz/authorization/'],
  inside: (object) => [
    ...dangersOf(object, 'the right to run commands inside running pods', {
      group: '',
      resources: ['pods/exec', 'pods/attach'],
      verbs: ['create', 'get'],
    }),
    ...dangersOf(object, 'the right to put a container into running pods: pods/ephemeralcontainers', {
      group: '',
      resources: ['pods/ephemeralcontainers'],
      verbs: ['update', 'patch'],
    }),
    ...dangersOf(
      object,
      'the right to reach any port of pods, past NetworkPolicies',
      { group: '', resources: ['pods/portforward'], verbs: ['create', 'get'] },
      { group: '', resources: ['pods/proxy', 'services/proxy'] },
    ),
  ],
};
