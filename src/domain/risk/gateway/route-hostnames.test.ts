import { made, object, route, ruleTest } from '#test/build/risk.ts';
import { routeHostnames } from './route-hostnames.ts';

ruleTest(routeHostnames, {
  hits: made(
    route({ hostnames: [] }),
    route({ hostnames: ['a.test', '*.test'] }),
    object('gateway.networking.k8s.io/v1', 'TLSRoute', {}),
  ),
  misses: made(route({}), object('route.openshift.io/v1', 'Route', {})),
});
