import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf } from './ingress.ts';

export const ingressMirror: Rule = {
  name: 'ingress-mirror',
  severity: 'critical',
  sources: ['CVE-2025-1098'],
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name.startsWith('mirror-'),
      ({ key }) =>
        `a copy of the traffic for somebody else, by an annotation that can inject configuration into the ingress controller: ${key}`,
    ),
};
