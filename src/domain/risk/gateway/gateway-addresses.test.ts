import { gateway, made, object, ruleTest } from '#test/build/risk.ts';
import { gatewayAddresses } from './gateway-addresses.ts';

ruleTest(gatewayAddresses, {
  hits: made(
    gateway({ addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] }),
    gateway({ addresses: [{ value: 'edge.acme.test' }] }),
  ),
  misses: made(
    gateway({ addresses: [{ type: 'IPAddress' }] }),
    gateway({ addresses: null }),
    object('acme.test/v1', 'Gateway', { addresses: [{ value: '192.0.2.1' }] }),
  ),
});
