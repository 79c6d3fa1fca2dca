import { object, route, ruleTest } from '#test/build/risk.ts';
import { routeParentChanged } from './route-parent-changed.ts';

const gatewayApi = 'gateway.networking.k8s.io/v1';

ruleTest(routeParentChanged, {
  hits: [
    [route({ parentRefs: [{ name: 'inside' }] }), route({ parentRefs: [{ name: 'inside' }, { name: 'internet' }] })],
    [route({ parentRefs: [{ name: 'edge' }] }), route({ parentRefs: [{ name: 'edge', namespace: 'infra' }] })],
    [route({ parentRefs: [{ name: 'edge', sectionName: 'inside' }] }), route({ parentRefs: [{ name: 'edge' }] })],
    [
      object(gatewayApi, 'ListenerSet', { parentRef: { name: 'a' } }),
      object(gatewayApi, 'ListenerSet', { parentRef: { name: 'b' } }),
    ],
  ],
  misses: [
    [
      route({ parentRefs: [{ name: 'edge' }] }),
      route({ parentRefs: [{ kind: 'Gateway', name: 'edge', namespace: 'shop', group: 'gateway.networking.k8s.io' }] }),
    ],
    [route({ parentRefs: [{ name: 'a' }, { name: 'b' }] }), route({ parentRefs: [{ name: 'b' }] })],
    [undefined, route({ parentRefs: [{ name: 'a' }] })],
    [route({ parentRefs: [{ name: 'a' }] }), undefined],
  ],
});
