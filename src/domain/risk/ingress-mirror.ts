import { dangersOf } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressMirror: Rule = {
  name: 'ingress-mirror',
  severity: 'critical',
  inside: (object) =>
    dangersOf(
      object,
      ({ name }) => name.startsWith('mirror-'),
      ({ key }) =>
        `a copy of the traffic for somebody else, by an annotation that can inject configuration into the ingress controller: ${key} (CVE-2025-1098)`,
    ),
};
