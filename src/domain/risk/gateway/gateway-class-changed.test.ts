import { gateway, ingress, object, ruleTest } from '#test/build/risk.ts';
import { gatewayClassChanged } from './gateway-class-changed.ts';

const gatewayApi = 'gateway.networking.k8s.io/v1';

ruleTest(gatewayClassChanged, {
  hits: [
    [gateway({}), gateway({ gatewayClassName: 'internet' })],
    [
      object(gatewayApi, 'GatewayClass', { controllerName: 'acme.test/a' }),
      object(gatewayApi, 'GatewayClass', { controllerName: 'evil.test/a' }),
    ],
    [object(gatewayApi, 'GatewayClass', {}), object(gatewayApi, 'GatewayClass', { parametersRef: { name: 'x' } })],
  ],
  misses: [
    [gateway({}), gateway({ listeners: [] })],
    [undefined, gateway({})],
    [
      object(gatewayApi, 'GatewayClass', { description: 'a' }),
      object(gatewayApi, 'GatewayClass', { description: 'b' }),
    ],
    [ingress(), ingress({ gatewayClassName: 'internet' })],
    [gateway({}), undefined],
  ],
});
