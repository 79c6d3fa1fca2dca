import { ruleTest, service } from '#test/build/risk.ts';
import { servicePortOpened } from './port-opened.ts';

const open = (ports: readonly number[], type = 'LoadBalancer', protocol = 'TCP') =>
  service({ type, ports: ports.map((port) => ({ port, protocol })) });

ruleTest(servicePortOpened, {
  hits: [
    [open([443]), open([443, 5432])],
    [open([443], 'NodePort'), open([5432])],
    [open([443]), open([443], 'LoadBalancer', 'UDP')],
    [
      service({ externalIPs: ['192.0.2.1'], ports: [{ port: 80 }] }),
      service({ externalIPs: ['192.0.2.1'], ports: [{ port: 81 }] }),
    ],
  ],
  misses: [
    [open([443, 80]), open([80])],
    [service({ type: 'NodePort', ports: [{ port: 80 }] }), open([80])],
    [open([443], 'ClusterIP'), open([443, 80], 'ClusterIP')],
    [open([443], 'ClusterIP'), open([443, 80])],
    [open([443]), undefined],
  ],
});
