import { made, route, ruleTest } from '#test/build/risk.ts';
import { routeFilters } from './route-filters.ts';

ruleTest(routeFilters, {
  hits: made(
    route({ rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'evil.test' } }] }] }),
    route({ rules: [{ filters: [{ type: 'CORS', cors: { allowOrigins: ['*'], allowCredentials: true } }] }] }),
    route({ rules: [{ filters: [{ type: 'RequestMirror' }] }] }),
    route({ rules: [{ filters: [{ type: 'urlRewrite' }] }] }),
    route({ rules: [{ backendRefs: [{ name: 'web', filters: [{ type: 'ExtensionRef' }] }] }] }, 'GRPCRoute'),
  ),
  misses: made(
    route({ rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] }] }),
    route({ rules: [{ filters: [{ type: 'CORS', cors: { allowOrigins: ['*'] } }] }] }),
    route({
      rules: [{ filters: [{ type: 'CORS', cors: { allowOrigins: ['https://a.test'], allowCredentials: true } }] }],
    }),
    route({ rules: [{ filters: [{ type: 'RequestHeaderModifier' }, { type: 'constructor' }] }] }),
  ),
});
