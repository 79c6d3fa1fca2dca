import { isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressUseRegex: Rule = {
  name: 'ingress-use-regex',
  severity: 'high',
  sources: [annotationDocument('use-regex')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'use-regex' && isOn(value),
      ({ key }) => `paths that are patterns, also those of other Ingresses of the same host: ${key} is on`,
    ),
};
