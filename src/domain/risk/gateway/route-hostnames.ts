import { asText, itemsAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { gatewayDocument, isRoute } from './route.ts';

export const routeHostnames: Rule = {
  name: 'route-hostnames',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/#hostnames')],
  inside: (object) => {
    if (!isRoute(object)) return [];
    const names = itemsAt(object, 'spec', 'hostnames').map(({ item, path }) => ({
      name: asText(item).trim().toLowerCase(),
      path,
    }));
    if (names.length === 0)
      return [{ key: '', says: 'a route for every host of its Gateway: it names none', path: ['spec', 'hostnames'] }];
    return names
      .filter(({ name }) => name === '' || name.startsWith('*'))
      .map(({ name, path }) => ({ key: name, says: `a route for many hosts at once: "${name}"`, path }));
  },
};
