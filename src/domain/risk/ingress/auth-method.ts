import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

export const ingressAuthMethod: Rule = {
  name: 'ingress-auth-method',
  severity: 'critical',
  sources: ['CVE-2026-1580'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'auth-method',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key}`,
    ),
};
