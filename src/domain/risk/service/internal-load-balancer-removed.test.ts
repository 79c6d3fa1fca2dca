import { object, ruleTest, service } from '#test/build/risk.ts';
import { serviceInternalLoadBalancerRemoved } from './internal-load-balancer-removed.ts';

const noted = (key = 'acme.test/x', value = '') => object('v1', 'Service', { type: 'LoadBalancer' }, { [key]: value });

ruleTest(serviceInternalLoadBalancerRemoved, {
  hits: [
    [
      noted('service.beta.kubernetes.io/aws-load-balancer-internal', 'true'),
      noted('networking.gke.io/load-balancer-type', 'Internal'),
    ],
    [noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'true'), noted()],
    [
      noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'true'),
      noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'false'),
    ],
    [
      noted('networking.gke.io/load-balancer-type', 'Internal'),
      noted('networking.gke.io/load-balancer-type', 'External'),
    ],
    [noted('service.beta.kubernetes.io/aws-load-balancer-internal', '0.0.0.0/0'), noted()],
    [noted(), noted('service.beta.kubernetes.io/aws-load-balancer-scheme', 'internet-facing')],
  ],
  misses: [
    [
      noted('service.beta.kubernetes.io/aws-load-balancer-internal', 'true'),
      noted('service.beta.kubernetes.io/aws-load-balancer-scheme', 'internal'),
    ],
    [
      noted('cloud.google.com/load-balancer-type', 'Internal'),
      noted('networking.gke.io/load-balancer-type', 'Internal'),
    ],
    [noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'false'), noted()],
    [noted(), noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'true')],
    [noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'true'), service({ type: 'ClusterIP' })],
    [noted('service.beta.kubernetes.io/azure-load-balancer-internal', 'true'), undefined],
  ],
});
