import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument, type Right } from './rbac.ts';

const verbs = ['create', 'update', 'patch'];
const running: readonly Right[] = [
  { group: '', resources: ['pods', 'replicationcontrollers'], verbs },
  { group: 'apps', resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'], verbs },
  { group: 'extensions', resources: ['deployments', 'daemonsets', 'replicasets'], verbs },
  { group: 'batch', resources: ['jobs', 'cronjobs'], verbs },
];

export const rbacPods: Rule = {
  name: 'rbac-pods',
  severity: 'high',
  sources: [practiceDocument('workload-creation')],
  inside: (object) =>
    dangersOf(object, 'the right to run pods, as any ServiceAccount of the namespace and with its Secrets', ...running),
};
