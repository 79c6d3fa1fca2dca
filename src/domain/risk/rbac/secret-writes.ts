import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

/** One of the type of tokens gets a token written into it; others are certificates, or what pods and Ingresses trust. */
export const rbacSecretWrites: Rule = {
  name: 'rbac-secret-writes',
  severity: 'medium',
  sources: [
    practiceDocument('token-request'),
    'https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets',
  ],
  inside: (object) =>
    dangersOf(object, 'the right to write Secrets, also for tokens of ServiceAccounts', {
      group: '',
      resources: ['secrets'],
      verbs: ['create', 'update', 'patch'],
    }),
};
