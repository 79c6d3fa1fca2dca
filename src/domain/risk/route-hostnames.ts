import { asText, listAt } from './read.ts';
import { isRoute } from './route.ts';
import type { Rule } from './rule.ts';

export const routeHostnames: Rule = {
  name: 'route-hostnames',
  severity: 'high',
  inside: (object) => {
    if (!isRoute(object)) return [];
    const names = listAt(object, 'spec', 'hostnames').map((name) => asText(name).trim().toLowerCase());
    if (names.length === 0) return [{ key: '', says: 'a route for every host of its Gateway: it names none' }];
    return names
      .filter((name) => name === '' || name.startsWith('*'))
      .map((name) => ({ key: name, says: `a route for many hosts at once: "${name}"` }));
  },
};
