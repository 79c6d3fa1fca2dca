import { changedAt, textChangedAt } from '#domain/risk/changed.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ingressDocument, isIngressClass } from './ingress.ts';

export const ingressClassController: Rule = {
  name: 'ingress-class-controller',
  severity: 'high',
  sources: [ingressDocument('ingress-class')],
  between: (before, after) => {
    if (after === undefined || !isIngressClass(after)) return [];
    const parameters = 'another configuration for every Ingress of this class: its parameters change';
    return [
      ...textChangedAt(before, after, ['spec', 'controller'], 'another controller for every Ingress of this class: it'),
      ...changedAt(before, after, ['spec', 'parameters'], parameters),
    ];
  },
};
