import { textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { enforced, isNamespace } from './namespace.ts';

/** Also where nothing was said before: what the cluster enforces by itself counts there no more. */
export const namespacePrivileged: Rule = {
  name: 'namespace-privileged',
  severity: 'medium',
  sources: ['https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/'],
  inside: (object) =>
    isNamespace(object) && textAt(object.metadata, 'labels', enforced).toLowerCase() === 'privileged'
      ? [
          {
            key: 'privileged',
            says: `a namespace whose pods may do everything to their nodes: ${enforced} is privileged`,
            path: ['metadata', 'labels', enforced],
          },
        ]
      : [],
};
