import { isSameJson } from '#domain/json.ts';
import { at, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ingressDocument, isIngressClass } from './ingress.ts';

export const ingressClassController: Rule = {
  name: 'ingress-class-controller',
  severity: 'high',
  sources: [ingressDocument('ingress-class')],
  between: (before, after) => {
    if (after === undefined || !isIngressClass(after)) return [];
    const [was, is] = [before, after].map((one) => textAt(one, 'spec', 'controller'));
    const [old, now] = [before, after].map((one) => at(one, 'spec', 'parameters') ?? null);
    return [
      ...(was === is
        ? []
        : [
            {
              says: `another controller for every Ingress of this class: from ${quoted(was ?? '')} to ${quoted(is ?? '')}`,
              path: ['spec', 'controller'],
            },
          ]),
      ...(isSameJson(old, now)
        ? []
        : [
            {
              says: 'another configuration for every Ingress of this class: parameters change',
              path: ['spec', 'parameters'],
            },
          ]),
    ];
  },
};
