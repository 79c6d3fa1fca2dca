import type { Rule } from '#domain/risk/rule.ts';
import { boundTo, rbacDocument } from './rbac.ts';

export const rbacEditRole: Rule = {
  name: 'rbac-edit-role',
  severity: 'medium',
  sources: [rbacDocument('user-facing-roles')],
  inside: (object) => boundTo(object, 'edit', 'rights to Secrets, and to run pods as any ServiceAccount,'),
};
