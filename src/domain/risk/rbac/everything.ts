import { canonical } from '#domain/json.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { grantsOf, isEverything, practiceDocument, sayGroups } from './rbac.ts';

export const rbacEverything: Rule = {
  name: 'rbac-everything',
  severity: 'critical',
  sources: [practiceDocument('least-privilege')],
  inside: (object) =>
    grantsOf(object)
      .filter(isEverything)
      .map((grant) => ({
        key: canonical(grant.groups.toSorted()),
        says: `every right on every kind of object${sayGroups(grant)}`,
        path: grant.path,
      })),
};
