import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

export const rbacNamespaces: Rule = {
  name: 'rbac-namespaces',
  severity: 'high',
  sources: [practiceDocument('namespace-modification')],
  inside: (object) =>
    dangersOf(object, 'the right to label namespaces, and so to lift what pods and traffic are held back by there', {
      group: '',
      resources: ['namespaces', 'namespaces/finalize', 'namespaces/status'],
      verbs: ['update', 'patch'],
    }),
};
