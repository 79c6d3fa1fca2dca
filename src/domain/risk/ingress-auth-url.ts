import { dangersOf } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressAuthUrl: Rule = {
  name: 'ingress-auth-url',
  severity: 'critical',
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'auth-url',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key} (CVE-2025-24514)`,
    ),
};
