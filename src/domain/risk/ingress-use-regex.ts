import { dangersOf, isOn } from './ingress.ts';
import type { Rule } from './rule.ts';

export const ingressUseRegex: Rule = {
  name: 'ingress-use-regex',
  severity: 'high',
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'use-regex' && isOn(value),
      ({ key }) => `paths that are patterns, also those of other Ingresses of the same host: ${key} is on`,
    ),
};
