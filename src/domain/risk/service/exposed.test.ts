import { made, object, ruleTest, service } from '#test/build/risk.ts';
import { serviceExposed } from './exposed.ts';

ruleTest(serviceExposed, {
  hits: made(service({ type: 'LoadBalancer' }), service({ type: 'NodePort' }), service({ type: 'loadbalancer' })),
  misses: made(
    service({}),
    service({ type: 'ClusterIP' }),
    service({ type: 'constructor' }),
    object('serving.knative.dev/v1', 'Service', { type: 'LoadBalancer' }),
  ),
});
