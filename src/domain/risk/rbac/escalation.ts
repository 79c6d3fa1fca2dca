import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument, rbacGroup } from './rbac.ts';

/** Impersonation for single actions, as since Kubernetes 1.35 (KEP-5284). */
const constrained = [
  'impersonate:user-info',
  'impersonate:serviceaccount',
  'impersonate:arbitrary-node',
  'impersonate:associated-node',
];

export const rbacEscalation: Rule = {
  name: 'rbac-escalation',
  severity: 'critical',
  sources: [practiceDocument('escalate-verb'), practiceDocument('bind-verb'), practiceDocument('impersonate-verb')],
  inside: (object) => [
    ...dangersOf(object, 'the right to write any right into a role, also ones it has not: escalate', {
      group: rbacGroup,
      resources: ['roles', 'clusterroles'],
      verbs: ['escalate'],
    }),
    ...dangersOf(object, 'the right to bind anybody, also itself, to a role of more rights: bind', {
      group: rbacGroup,
      resources: ['roles', 'clusterroles'],
      verbs: ['bind'],
    }),
    ...dangersOf(
      object,
      'the right to act as somebody else: impersonate',
      { group: '', resources: ['users', 'groups', 'serviceaccounts'], verbs: ['impersonate'] },
      {
        group: 'authentication.k8s.io',
        resources: ['userextras', 'userextras/*', 'uids'],
        verbs: ['impersonate'],
      },
      {
        group: 'authentication.k8s.io',
        resources: ['users', 'groups', 'serviceaccounts', 'nodes', 'userextras', 'userextras/*', 'uids'],
        verbs: constrained,
      },
    ),
  ],
};
