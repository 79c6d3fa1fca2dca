import { ruleTest, service } from '#test/build/risk.ts';
import { serviceTargetChanged } from './target-changed.ts';

const led = (targetPort: number | string | null, type = 'LoadBalancer') =>
  service({ type, ports: [{ port: 443, targetPort }] });

ruleTest(serviceTargetChanged, {
  hits: [
    [led(8443), led(9901)],
    [led('web'), led('admin')],
    [led(8443), led(null)],
  ],
  misses: [
    [led(443), led(null)],
    [led(8443, 'ClusterIP'), led(9901, 'ClusterIP')],
    [led(8443), service({ type: 'LoadBalancer', ports: [{ port: 80, targetPort: 9901 }] })],
    [led(8443), undefined],
  ],
});
