import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

export const ingressRewriteTarget: Rule = {
  name: 'ingress-rewrite-target',
  severity: 'critical',
  sources: ['CVE-2026-3288'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'rewrite-target',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key}`,
    ),
};
