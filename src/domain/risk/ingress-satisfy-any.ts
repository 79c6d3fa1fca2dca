import { dangersOf } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressSatisfyAny: Rule = {
  name: 'ingress-satisfy-any',
  severity: 'high',
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'satisfy' && value.toLowerCase() === 'any',
      ({ key }) => `access by one proof alone, an address or a password: ${key} is any`,
    ),
};
