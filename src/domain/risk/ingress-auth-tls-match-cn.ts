import { dangersOf } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressAuthTlsMatchCn: Rule = {
  name: 'ingress-auth-tls-match-cn',
  severity: 'critical',
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'auth-tls-match-cn',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key} (CVE-2025-1097)`,
    ),
};
