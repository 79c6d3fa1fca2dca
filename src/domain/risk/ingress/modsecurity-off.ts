import { isOff } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf, firewall } from './ingress.ts';

export const ingressModsecurityOff: Rule = {
  name: 'ingress-modsecurity-off',
  severity: 'high',
  sources: [annotationDocument('modsecurity')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => firewall.includes(name) && isOff(value),
      ({ key }) => `traffic that the web application firewall does not look at: ${key} is off`,
    ),
};
