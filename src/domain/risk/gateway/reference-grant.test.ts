import { made, object, ruleTest } from '#test/build/risk.ts';
import { referenceGrant } from './reference-grant.ts';

const gatewayApi = 'gateway.networking.k8s.io/v1';

ruleTest(referenceGrant, {
  hits: made(
    object(gatewayApi, 'ReferenceGrant', {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service' }],
    }),
    object(gatewayApi, 'ReferenceGrant', { from: ['x'], to: [{ kind: 'Secret', name: 'tls' }, 7] }),
    object('gateway.networking.k8s.io/v1alpha2', 'ReferencePolicy', { from: [{}], to: [{}] }),
  ),
  misses: made(
    object(gatewayApi, 'ReferenceGrant', { from: [], to: [{ group: '', kind: 'Service' }] }),
    object(gatewayApi, 'ReferenceGrant', { from: [{ kind: 'HTTPRoute' }], to: null }),
    object('acme.test/v1', 'ReferenceGrant', { from: [{ kind: 'HTTPRoute' }], to: [{ kind: 'Service' }] }),
  ),
});
