import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

const verbs = ['create', 'update', 'patch', 'delete', 'deletecollection'];

export const rbacWebhooks: Rule = {
  name: 'rbac-webhooks',
  severity: 'critical',
  sources: [practiceDocument('control-admission-webhooks')],
  inside: (object) => [
    ...dangersOf(object, 'the right to see and change every object on its way into the cluster: admission webhooks', {
      group: 'admissionregistration.k8s.io',
      resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
      verbs,
    }),
    ...dangersOf(object, 'the right to lift or rewrite what the cluster refuses: admission policies', {
      group: 'admissionregistration.k8s.io',
      resources: [
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
        'mutatingadmissionpolicies',
        'mutatingadmissionpolicybindings',
      ],
      verbs,
    }),
  ],
};
