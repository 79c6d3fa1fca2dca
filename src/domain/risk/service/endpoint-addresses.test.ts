import { made, ruleTest, whole } from '#test/build/risk.ts';
import { endpointAddresses } from './endpoint-addresses.ts';

ruleTest(endpointAddresses, {
  hits: made(
    whole('v1', 'Endpoints', { subsets: [{ addresses: [{ ip: '192.0.2.1' }] }] }),
    whole('v1', 'Endpoints', { subsets: [{ notReadyAddresses: [{ ip: '192.0.2.1' }] }] }),
    whole('discovery.k8s.io/v1', 'EndpointSlice', { endpoints: [{ addresses: ['192.0.2.1', 7] }] }),
  ),
  misses: made(
    whole('v1', 'Endpoints', { subsets: [{ addresses: [] }, 'x'] }),
    whole('discovery.k8s.io/v1', 'EndpointSlice', { endpoints: [{ addresses: [] }] }),
    whole('acme.test/v1', 'Endpoints', { subsets: [{ addresses: [{ ip: '192.0.2.1' }] }] }),
  ),
});
