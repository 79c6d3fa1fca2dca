import { isOff } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressSslRedirect: Rule = {
  name: 'ingress-ssl-redirect',
  severity: 'high',
  sources: [annotationDocument('server-side-https-enforcement-through-redirect')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => ['ssl-redirect', 'force-ssl-redirect'].includes(name) && isOff(value),
      ({ key }) => `traffic that is not encrypted: ${key} is off`,
    ),
};
