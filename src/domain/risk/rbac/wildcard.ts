import { canonical } from '#domain/json.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { few } from '#domain/text.ts';
import { type Grant, grantsOf, isEverything, practiceDocument, sayGroups } from './rbac.ts';

/** What is added to Kubernetes later, or to its objects, is in a wildcard too. */
export const rbacWildcard: Rule = {
  name: 'rbac-wildcard',
  severity: 'high',
  sources: [practiceDocument('least-privilege')],
  inside: (object) =>
    grantsOf(object)
      .filter((grant) => !isEverything(grant) && (grant.verbs.includes('*') || grant.resources.includes('*')))
      .map((grant) => ({
        key: canonical([grant.groups, grant.resources, grant.verbs, grant.names].map((some) => some.toSorted())),
        says: sayWildcard(grant),
        path: grant.path,
      })),
};

const sayWildcard = (grant: Grant): string => {
  const verbs = grant.verbs.includes('*') ? 'every right' : `the right to ${few(grant.verbs.map(quoted), 3)}`;
  const kinds = grant.resources.includes('*') ? 'every kind of object' : few(grant.resources.map(quoted), 3);
  return `${verbs} on ${kinds}${sayGroups(grant)}`;
};
