import { annotationsIn, isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ingressDocument, isIngressClass } from './ingress.ts';

/** Ingresses that name no class go to its controller, also those to come. */
export const ingressClassDefault: Rule = {
  name: 'ingress-class-default',
  severity: 'high',
  sources: [ingressDocument('default-ingress-class')],
  inside: (object) =>
    (isIngressClass(object) ? annotationsIn(object) : [])
      .filter(({ key, value }) => key.toLowerCase() === 'ingressclass.kubernetes.io/is-default-class' && isOn(value))
      .map(({ path }) => ({ key: 'default', says: 'a controller for every Ingress that names no class', path })),
};
