import { gateway, listening, made, ruleTest } from '#test/build/risk.ts';
import { gatewayListenerHostname } from './gateway-listener-hostname.ts';

ruleTest(gatewayListenerHostname, {
  hits: made(
    listening({ hostname: '' }),
    listening({ hostname: '*.shop.test' }),
    listening({ hostname: null }),
    listening({ hostname: '*' }, 'ListenerSet'),
  ),
  misses: made(
    listening({}),
    listening({ hostname: '', protocol: 'TCP' }),
    gateway({}),
    gateway({ listeners: { name: 'x' } }),
  ),
});
