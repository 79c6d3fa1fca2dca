import { made, ruleTest, service } from '#test/build/risk.ts';
import { serviceExternalIps } from './external-ips.ts';

ruleTest(serviceExternalIps, {
  hits: made(service({ externalIPs: ['192.0.2.1'] })),
  misses: made(service({ externalIPs: [] }), service({ loadBalancerIP: '192.0.2.1' })),
});
