import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './rbac.ts';

export const rbacApiServices: Rule = {
  name: 'rbac-api-services',
  severity: 'critical',
  sources: ['https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/'],
  inside: (object) =>
    dangersOf(object, 'the right to answer for the API server, and see who asks it for what: apiservices', {
      group: 'apiregistration.k8s.io',
      resources: ['apiservices'],
      verbs: ['create', 'update', 'patch'],
    }),
};
