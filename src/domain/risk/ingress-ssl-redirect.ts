import { dangersOf, isOff } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressSslRedirect: Rule = {
  name: 'ingress-ssl-redirect',
  severity: 'high',
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => ['ssl-redirect', 'force-ssl-redirect'].includes(name) && isOff(value),
      ({ key }) => `traffic that is not encrypted: ${key} is off`,
    ),
};
