import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

export const ingressAuthTlsMatchCn: Rule = {
  name: 'ingress-auth-tls-match-cn',
  severity: 'critical',
  sources: ['CVE-2025-1097'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'auth-tls-match-cn',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key}`,
    ),
};
