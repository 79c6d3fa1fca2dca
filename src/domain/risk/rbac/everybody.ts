import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { practiceDocument, rbacDocument, subjectsOf } from './rbac.ts';

const who: Readonly<Record<string, string>> = {
  'Group system:masters': 'the group that may do everything, and that no rule can hold back',
  'Group system:authenticated': 'everybody who can log in to the cluster',
  'Group system:unauthenticated': 'everybody who can reach the cluster, without a login',
  'Group system:serviceaccounts': 'every pod of the cluster',
  'User system:anonymous': 'everybody who can reach the cluster, without a login',
};

export const rbacEverybody: Rule = {
  name: 'rbac-everybody',
  severity: 'critical',
  sources: [practiceDocument('hardening'), rbacDocument('referring-to-subjects')],
  inside: (object) =>
    subjectsOf(object).flatMap(({ kind, name, path }) => {
      const key = `${kind} ${name}`;
      const says = Object.hasOwn(who, key) ? `rights for ${who[key]}: ${quoted(name)}` : undefined;
      return says === undefined ? [] : [{ key, says, path }];
    }),
};
