import { dangersOf } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressRewriteTarget: Rule = {
  name: 'ingress-rewrite-target',
  severity: 'critical',
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name === 'rewrite-target',
      ({ key }) => `an annotation that can inject configuration into the ingress controller: ${key} (CVE-2026-3288)`,
    ),
};
