import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { rbacDocument, subjectsOf } from './rbac.ts';

const group = /^system:serviceaccounts:(.+)$/;

export const rbacWholeNamespace: Rule = {
  name: 'rbac-whole-namespace',
  severity: 'medium',
  sources: [rbacDocument('referring-to-subjects')],
  inside: (object) =>
    subjectsOf(object).flatMap(({ kind, name, path }) => {
      const namespace = kind === 'Group' ? group.exec(name)?.[1] : undefined;
      if (namespace === undefined) return [];
      return [{ key: namespace, says: `rights for every pod of the namespace ${quoted(namespace)}`, path }];
    }),
};
