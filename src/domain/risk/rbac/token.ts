import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

export const rbacToken: Rule = {
  name: 'rbac-token',
  severity: 'critical',
  sources: [practiceDocument('token-request')],
  inside: (object) =>
    dangersOf(object, 'the right to make tokens of ServiceAccounts, and so to act as them', {
      group: '',
      resources: ['serviceaccounts/token'],
      verbs: ['create'],
    }),
};
