import { canonical } from '#domain/json.ts';
import { textAt } from './read.ts';
import { filtersOf } from './route.ts';
import type { Rule } from './rule.ts';

const dangerous: Readonly<Record<string, string>> = {
  requestmirror: 'a copy of the traffic for somebody else: the filter RequestMirror',
  urlrewrite: 'requests that reach the backend under another name or path: the filter URLRewrite',
  extensionref: 'a filter of the controller’s own, which may do anything: ExtensionRef',
};

export const routeFilters: Rule = {
  name: 'route-filters',
  severity: 'high',
  inside: (object) =>
    filtersOf(object).flatMap((filter) => {
      const type = textAt(filter, 'type').trim().toLowerCase();
      const says = Object.hasOwn(dangerous, type) ? dangerous[type] : undefined;
      return says === undefined ? [] : [{ key: canonical(filter), says }];
    }),
};
