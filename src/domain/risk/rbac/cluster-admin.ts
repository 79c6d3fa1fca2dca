import type { Rule } from '#domain/risk/rule.ts';
import { boundTo, rbacDocument } from './rbac.ts';

export const rbacClusterAdmin: Rule = {
  name: 'rbac-cluster-admin',
  severity: 'critical',
  sources: [rbacDocument('user-facing-roles')],
  inside: (object) => boundTo(object, 'cluster-admin', 'every right'),
};
