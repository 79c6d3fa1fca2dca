import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, type Item, itemsAt, textAt } from '#domain/risk/read.ts';
import type { Loss, Rule } from '#domain/risk/rule.ts';
import { gatewayDocument, matchKeysOf, routeRules } from './route.ts';

/** A controller’s own filter may be one that asks who comes. */
const asking: Readonly<Record<string, string>> = {
  externalauth: 'an external authentication',
  extensionref: 'a filter of the controller’s own, which may ask who comes,',
};

/** What every request went through, and what fits the same does no more; or the last of its kind in a route. */
export const routeAuthRemoved: Rule = {
  name: 'route-auth-removed',
  severity: 'high',
  sources: [gatewayDocument('geps/gep-1494/')],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = new Map<string, Set<string>>();
    for (const rule of routeRules(before)) {
      const filters = askingOf(rule);
      if (filters.length === 0) continue;
      for (const match of matchKeysOf(rule, before)) {
        const all = was.get(match) ?? new Set();
        for (const { key } of filters) all.add(key);
        was.set(match, all);
      }
    }
    const lost = routeRules(after).flatMap((rule): readonly Loss[] => {
      const left = new Set(askingOf(rule).map(({ key }) => key));
      const wanted = matchKeysOf(rule, after).flatMap((match) => was.get(match) ?? []);
      const gone = wanted.flatMap((keys) => [...keys]).find((key) => !left.has(key));
      if (gone === undefined) return [];
      const says = `access with less proof of who comes: ${asking[gone.split(' ')[0] ?? ''] ?? 'a filter'} goes`;
      return [{ says, path: [...rule.path, 'filters'] }];
    });
    return lost.length === 0 && asksOutside(before) && !asksOutside(after)
      ? [
          {
            says: 'access with less proof of who comes: the last external authentication goes',
            path: ['spec', 'rules'],
          },
        ]
      : lost;
  },
};

const asksOutside = (object: Manifest): boolean =>
  routeRules(object).some((rule) => askingOf(rule).some(({ key }) => key.startsWith('externalauth ')));

/** By whom they ask. */
const askingOf = ({ item }: Item) =>
  itemsAt(item, 'filters').flatMap((filter) => {
    const type = textAt(filter.item, 'type').trim().toLowerCase();
    const whom = at(filter.item, 'externalAuth', 'backendRef') ?? at(filter.item, 'extensionRef') ?? null;
    return Object.hasOwn(asking, type) ? [{ key: `${type} ${canonical(whom)}` }] : [];
  });
