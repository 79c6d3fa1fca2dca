import { made, route, ruleTest } from '#test/build/risk.ts';
import { routeOtherNamespace } from './route-other-namespace.ts';

ruleTest(routeOtherNamespace, {
  hits: made(
    route({ rules: [{ backendRefs: [{ name: 'ledger', namespace: 'payments' }] }] }),
    route({
      rules: [
        { filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'x', namespace: 'evil' } } }] },
      ],
    }),
  ),
  misses: made(route({ rules: [{ backendRefs: [{ name: 'web', namespace: 'shop' }, { name: 'web' }] }] })),
});
