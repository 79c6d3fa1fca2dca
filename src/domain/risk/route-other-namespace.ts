import { at, quoted, textAt } from './read.ts';
import { backendsOf, filtersOf } from './route.ts';
import type { Rule } from './rule.ts';

export const routeOtherNamespace: Rule = {
  name: 'route-other-namespace',
  severity: 'high',
  inside: (object) =>
    [...backendsOf(object), ...filtersOf(object).map((filter) => at(filter, 'requestMirror', 'backendRef'))].flatMap(
      (backend) => {
        const namespace = textAt(backend, 'namespace');
        if (namespace === '' || namespace === object.metadata.namespace) return [];
        const name = textAt(backend, 'name');
        return [
          { key: `${namespace}/${name}`, says: `a backend in another namespace: ${quoted(`${namespace}/${name}`)}` },
        ];
      },
    ),
};
