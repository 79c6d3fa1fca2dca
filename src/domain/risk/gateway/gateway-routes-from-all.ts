import type { Json } from '#domain/json.ts';
import { at, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { selectsEveryNamespace } from '#domain/risk/selector.ts';
import { isGateway, listenersOf } from './gateway.ts';
import { gatewayDocument } from './route.ts';

/** Whoever may write a route, or a ListenerSet, in any namespace can take traffic of this Gateway then. */
export const gatewayRoutesFromAll: Rule = {
  name: 'gateway-routes-from-all',
  severity: 'high',
  sources: [gatewayDocument('docs/concepts/security/')],
  inside: (object) => [
    ...listenersOf(object)
      .filter(({ raw }) => isFromAll(at(raw, 'allowedRoutes', 'namespaces')))
      .map(({ name, path }) => ({
        key: `routes ${name}`,
        says: `routes of every namespace on listener ${quoted(name)}`,
        path: [...path, 'allowedRoutes', 'namespaces'],
      })),
    ...(isGateway(object) && isFromAll(at(object, 'spec', 'allowedListeners', 'namespaces'))
      ? [
          {
            key: 'listeners',
            says: 'listeners of every namespace on this Gateway',
            path: ['spec', 'allowedListeners', 'namespaces'],
          },
        ]
      : []),
  ],
};

const isFromAll = (namespaces: Json | undefined): boolean => {
  const from = textAt(namespaces, 'from').toLowerCase();
  return from === 'all' || (from === 'selector' && selectsEveryNamespace(at(namespaces, 'selector')));
};
