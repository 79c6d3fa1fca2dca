import { at, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { backendsOf, filtersOf, gatewayDocument } from './route.ts';

export const routeOtherNamespace: Rule = {
  name: 'route-other-namespace',
  severity: 'high',
  sources: [gatewayDocument('docs/concepts/security/')],
  inside: (object) => {
    const mirrored = filtersOf(object).map(({ item, path }) => ({
      item: at(item, 'requestMirror', 'backendRef') ?? null,
      path: [...path, 'requestMirror', 'backendRef'],
    }));
    return [...backendsOf(object), ...mirrored].flatMap(({ item, path }) => {
      const namespace = textAt(item, 'namespace');
      if (namespace === '' || namespace === object.metadata.namespace) return [];
      const name = `${namespace}/${textAt(item, 'name')}`;
      return [{ key: name, says: `a backend in another namespace: ${quoted(name)}`, path: [...path, 'namespace'] }];
    });
  },
};
