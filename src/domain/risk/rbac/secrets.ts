import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

/** A list and a watch hold the contents too. */
export const rbacSecrets: Rule = {
  name: 'rbac-secrets',
  severity: 'high',
  sources: [practiceDocument('listing-secrets')],
  inside: (object) =>
    dangersOf(object, 'the right to read the contents of Secrets', {
      group: '',
      resources: ['secrets'],
      verbs: ['get', 'list', 'watch'],
    }),
};
