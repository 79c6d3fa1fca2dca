import type { Rule } from '#domain/risk/rule.ts';
import { rbacDocument, subjectsOf } from './rbac.ts';

export const rbacBindingSubjects: Rule = {
  name: 'rbac-binding-subjects',
  severity: 'high',
  sources: [rbacDocument('rolebinding-and-clusterrolebinding')],
  between: (before, after) => {
    const was = new Set(subjectsOf(before).map(({ key }) => key));
    return (after === undefined ? [] : subjectsOf(after))
      .filter(({ key }) => !was.has(key))
      .map(({ says, path }) => ({ says: `the rights of this binding for somebody more: ${says}`, path }));
  },
};
