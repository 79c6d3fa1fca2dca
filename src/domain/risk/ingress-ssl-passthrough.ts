import { dangersOf, isOn } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressSslPassthrough: Rule = {
  name: 'ingress-ssl-passthrough',
  severity: 'high',
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'ssl-passthrough' && isOn(value),
      ({ key }) => `traffic that the ingress controller passes on unseen, past its own checks: ${key} is on`,
    ),
};
