import { isOff } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressGlobalAuthOff: Rule = {
  name: 'ingress-global-auth-off',
  severity: 'high',
  sources: [annotationDocument('global-external-authentication')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'enable-global-auth' && isOff(value),
      ({ key }) => `access without the proof of who comes that every other Ingress asks for: ${key} is off`,
    ),
};
