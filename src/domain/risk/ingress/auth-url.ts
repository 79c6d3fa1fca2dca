import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

export const ingressAuthUrl: Rule = {
  name: 'ingress-auth-url',
  severity: 'critical',
  sources: ['CVE-2025-24514'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'auth-url',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key}`,
    ),
};
