import type { Rule } from '#domain/risk/rule.ts';
import { boundTo, rbacDocument } from './rbac.ts';

export const rbacAdminRole: Rule = {
  name: 'rbac-admin-role',
  severity: 'high',
  sources: [rbacDocument('user-facing-roles')],
  inside: (object) => boundTo(object, 'admin', 'nearly every right, also to Secrets and to hand out rights,'),
};
