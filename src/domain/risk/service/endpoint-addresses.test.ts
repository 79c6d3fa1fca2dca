import { ruleTest, whole } from '#test/build/risk.ts';
import { endpointAddresses } from './endpoint-addresses.ts';

const endpoints = (...ips: string[]) =>
  whole('v1', 'Endpoints', { subsets: [{ addresses: ips.map((ip) => ({ ip })) }] });
const slice = (...addresses: string[]) => whole('discovery.k8s.io/v1', 'EndpointSlice', { endpoints: [{ addresses }] });

ruleTest(endpointAddresses, {
  hits: [
    [undefined, endpoints('192.0.2.1')],
    [endpoints('192.0.2.1'), endpoints('192.0.2.2', '192.0.2.1')],
    [undefined, whole('v1', 'Endpoints', { subsets: [{ notReadyAddresses: [{ ip: '192.0.2.1' }] }] })],
    [undefined, slice('192.0.2.1')],
  ],
  misses: [
    [endpoints('192.0.2.1', '192.0.2.2'), endpoints('192.0.2.2')],
    [undefined, endpoints()],
    [undefined, slice()],
    [undefined, whole('v1', 'Endpoints', { subsets: ['x', { addresses: '192.0.2.1' }] })],
    [undefined, { ...endpoints('192.0.2.1'), apiVersion: 'acme.test/v1' }],
  ],
});
