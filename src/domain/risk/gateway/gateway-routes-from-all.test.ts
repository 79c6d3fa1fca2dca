import { gateway, listening, made, object, ruleTest } from '#test/build/risk.ts';
import { gatewayRoutesFromAll } from './gateway-routes-from-all.ts';

ruleTest(gatewayRoutesFromAll, {
  hits: made(
    listening({ allowedRoutes: { namespaces: { from: 'All' } } }),
    listening({ allowedRoutes: { namespaces: { from: 'all' } } }, 'XListenerSet'),
    listening({ allowedRoutes: { namespaces: { from: 'Selector', selector: {} } } }),
    listening({
      allowedRoutes: {
        namespaces: { from: 'Selector', selector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } },
      },
    }),
    gateway({ allowedListeners: { namespaces: { from: 'All' } } }),
  ),
  misses: made(
    listening({}),
    listening({ allowedRoutes: { namespaces: { from: 'Same' } } }),
    listening({ allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'shop' } } } } }),
    listening({ allowedRoutes: { namespaces: { from: 'Selector' } } }),
    gateway({ allowedListeners: { namespaces: { from: 'Same' } } }),
    object('networking.istio.io/v1', 'Gateway', { listeners: [{ allowedRoutes: { namespaces: { from: 'All' } } }] }),
  ),
});
