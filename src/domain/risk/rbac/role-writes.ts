import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, rbacDocument, rbacGroup } from './rbac.ts';

/** Only of what one has, unless there is `escalate` or `bind` too. */
export const rbacRoleWrites: Rule = {
  name: 'rbac-role-writes',
  severity: 'high',
  sources: [rbacDocument('privilege-escalation-prevention-and-bootstrapping')],
  inside: (object) =>
    dangersOf(object, 'the right to hand out rights: writing of roles or bindings', {
      group: rbacGroup,
      resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
      verbs: ['create', 'update', 'patch'],
    }),
};
