import { isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressSslPassthrough: Rule = {
  name: 'ingress-ssl-passthrough',
  severity: 'high',
  sources: [annotationDocument('ssl-passthrough')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'ssl-passthrough' && isOn(value),
      ({ key }) => `traffic that the ingress controller passes on unseen, past its own checks: ${key} is on`,
    ),
};
