import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, type Item, itemsIn, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { gatewayDocument, routeRules } from './route.ts';

/** What matches the same as before and goes somewhere else, or there too. */
export const routeBackendSwitched: Rule = {
  name: 'route-backend-switched',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/')],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = new Map(
      [...Map.groupBy(routeRules(before), matchesOf)].map(([matches, rules]) => [
        matches,
        new Set(servingIn(rules, before).map(({ key }) => key)),
      ]),
    );
    return routeRules(after).flatMap((rule) => {
      const old = was.get(matchesOf(rule));
      return servingIn([rule], after)
        .filter(({ key }) => old !== undefined && !old.has(key))
        .map(({ name, path }) => ({ says: `another backend for traffic that has one: ${quoted(name)}`, path }));
    });
  },
};

/** The order of matches says nothing; none is the one that fits every path. */
const matchesOf = ({ item }: Item): string => {
  const matches = listAt(item, 'matches').map(canonical).sort();
  return matches.join(' ') || '{}';
};

/** The backends that get any of the traffic. */
const servingIn = (rules: readonly Item[], { metadata }: Manifest) =>
  itemsIn(rules, 'backendRefs')
    .filter(({ item }) => at(item, 'weight') !== 0)
    .map(({ item, path }) => {
      const namespace = textAt(item, 'namespace') || (metadata.namespace ?? '');
      const name = textAt(item, 'name');
      const rest: readonly Json[] = [
        textAt(item, 'group'),
        textAt(item, 'kind') || 'Service',
        at(item, 'port') ?? null,
      ];
      return { key: canonical([namespace, name, ...rest]), name: `${namespace}/${name}`, path };
    });
