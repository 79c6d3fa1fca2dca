import { canonical } from '#domain/json.ts';
import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ingressDocument, isIngress } from './ingress.ts';

/** Before networking.k8s.io/v1 it was called `backend`. */
export const ingressDefaultBackend: Rule = {
  name: 'ingress-default-backend',
  severity: 'high',
  sources: [ingressDocument('default-backend')],
  inside: (object) =>
    (isIngress(object) ? ['defaultBackend', 'backend'] : []).flatMap((field) => {
      const backend = at(object, 'spec', field);
      if (backend === undefined || backend === null) return [];
      const says = 'a default backend, which takes whatever no rule names';
      return [{ key: canonical(backend), says, path: ['spec', field] }];
    }),
};
