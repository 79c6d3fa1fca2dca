import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressSatisfyAny: Rule = {
  name: 'ingress-satisfy-any',
  severity: 'high',
  sources: [annotationDocument('satisfy')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'satisfy' && value.toLowerCase() === 'any',
      ({ key }) => `access by one proof alone, an address or a password: ${key} is any`,
    ),
};
