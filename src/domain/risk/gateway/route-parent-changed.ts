import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, type Item, itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isListenerSet } from './gateway.ts';
import { gatewayDocument, isRoute } from './route.ts';

/** What was served inside may be served to the internet then. */
export const routeParentChanged: Rule = {
  name: 'route-parent-changed',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/')],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = new Set(parentsOf(before).map(({ item }) => canonical(wholeOf(item, before))));
    return parentsOf(after)
      .map(({ item, path }) => ({ parent: wholeOf(item, after), path }))
      .filter(({ parent }) => !was.has(canonical(parent)))
      .map(({ parent: { kind, namespace, name }, path }) => ({
        says: `traffic from another parent: ${quoted(`${kind} ${namespace}/${name}`)}`,
        path,
      }));
  },
};

const parentsOf = (object: Manifest): readonly Item[] => {
  if (isRoute(object)) return itemsAt(object, 'spec', 'parentRefs');
  const parent = isListenerSet(object) ? at(object, 'spec', 'parentRef') : undefined;
  return parent === undefined ? [] : [{ item: parent, path: ['spec', 'parentRef'] }];
};

/** With what the API server fills in. */
const wholeOf = (parent: Json, { metadata }: Manifest) => ({
  group: at(parent, 'group') ?? 'gateway.networking.k8s.io',
  kind: textAt(parent, 'kind') || 'Gateway',
  namespace: textAt(parent, 'namespace') || (metadata.namespace ?? ''),
  name: textAt(parent, 'name'),
  section: textAt(parent, 'sectionName'),
  port: at(parent, 'port') ?? null,
});
