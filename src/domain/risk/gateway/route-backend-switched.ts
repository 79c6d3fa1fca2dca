import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, type Item, itemsIn, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { gatewayDocument, matchKeysOf, routeRules } from './route.ts';

/** What matches the same as before and goes somewhere else, or there too. */
export const routeBackendSwitched: Rule = {
  name: 'route-backend-switched',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/')],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = servedBy(before);
    return routeRules(after).flatMap((rule) => {
      const old = [...new Set(matchKeysOf(rule, after).flatMap((match) => was.get(match) ?? []))];
      return servingIn([rule], after)
        .filter(({ key }) => old.some((backends) => !backends.has(key)))
        .map(({ name, path }) => ({ says: `another backend for traffic that has one: ${quoted(name)}`, path }));
    });
  },
};

/** By each match for itself, with all that it went to; what one rule alone fits shares the set of that rule. */
const servedBy = (object: Manifest): ReadonlyMap<string, ReadonlySet<string>> => {
  const was = new Map<string, ReadonlySet<string>>();
  const merged = new Map<string, Set<string>>();
  for (const rule of routeRules(object)) {
    const backends = new Set(servingIn([rule], object).map(({ key }) => key));
    for (const match of matchKeysOf(rule, object)) {
      const there = was.get(match);
      if (there === undefined) {
        was.set(match, backends);
        continue;
      }
      const both = merged.get(match) ?? new Set(there);
      for (const backend of backends) both.add(backend);
      merged.set(match, both);
      was.set(match, both);
    }
  }
  return was;
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
