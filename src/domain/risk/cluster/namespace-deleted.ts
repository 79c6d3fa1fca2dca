import type { Rule } from '#domain/risk/rule.ts';
import { isNamespace } from './namespace.ts';

export const namespaceDeleted: Rule = {
  name: 'namespace-deleted',
  severity: 'critical',
  sources: ['https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace'],
  between: (before, after) =>
    after === undefined && isNamespace(before)
      ? [{ says: 'the end of everything in this namespace, which nothing brings back', path: [] }]
      : [],
};
