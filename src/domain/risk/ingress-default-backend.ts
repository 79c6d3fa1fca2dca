import { canonical } from '#domain/json.ts';
import { isIngress } from './ingress.ts';
import { at } from './read.ts';
import type { Rule } from './rule.ts';

/** Before networking.k8s.io/v1 it was called `backend`. */
export const ingressDefaultBackend: Rule = {
  name: 'ingress-default-backend',
  severity: 'high',
  inside: (object) => {
    const backend = isIngress(object)
      ? (at(object, 'spec', 'defaultBackend') ?? at(object, 'spec', 'backend'))
      : undefined;
    return backend === undefined || backend === null
      ? []
      : [{ key: canonical(backend), says: 'a default backend, which takes whatever no rule names' }];
  },
};
