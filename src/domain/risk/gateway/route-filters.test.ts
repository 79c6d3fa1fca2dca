import { made, route, ruleTest } from '#test/build/risk.ts';
import { routeFilters } from './route-filters.ts';

ruleTest(routeFilters, {
  hits: made(
    route({ rules: [{ filters: [{ type: 'RequestMirror' }] }] }),
    route({ rules: [{ filters: [{ type: 'urlRewrite' }] }] }),
    route({ rules: [{ backendRefs: [{ name: 'web', filters: [{ type: 'ExtensionRef' }] }] }] }, 'GRPCRoute'),
  ),
  misses: made(route({ rules: [{ filters: [{ type: 'RequestHeaderModifier' }, { type: 'constructor' }] }] })),
});
