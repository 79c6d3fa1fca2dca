import { canonical } from '#domain/json.ts';
import { textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { filtersOf, gatewayDocument } from './route.ts';

const dangerous: Readonly<Record<string, string>> = {
  requestmirror: 'a copy of the traffic for somebody else: the filter RequestMirror',
  urlrewrite: 'requests that reach the backend under another name or path: the filter URLRewrite',
  extensionref: 'a filter of the controller’s own, which may do anything: ExtensionRef',
};

export const routeFilters: Rule = {
  name: 'route-filters',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/#filters-optional')],
  inside: (object) =>
    filtersOf(object).flatMap(({ item, path }) => {
      const type = textAt(item, 'type').trim().toLowerCase();
      const says = Object.hasOwn(dangerous, type) ? dangerous[type] : undefined;
      return says === undefined ? [] : [{ key: canonical(item), says, path }];
    }),
};
