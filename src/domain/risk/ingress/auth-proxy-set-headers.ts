import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

export const ingressAuthProxySetHeaders: Rule = {
  name: 'ingress-auth-proxy-set-headers',
  severity: 'critical',
  sources: ['CVE-2025-15566'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'auth-proxy-set-headers',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key}`,
    ),
};
