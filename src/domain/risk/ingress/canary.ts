import { isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressCanary: Rule = {
  name: 'ingress-canary',
  severity: 'medium',
  sources: [annotationDocument('canary')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'canary' && isOn(value),
      ({ key }) => `a part of the traffic of another Ingress of the same host: ${key} is on`,
    ),
};
