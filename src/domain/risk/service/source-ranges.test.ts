import { object, ruleTest, service } from '#test/build/risk.ts';
import { serviceSourceRanges } from './source-ranges.ts';

const allowing = (...ranges: string[]) => service({ type: 'LoadBalancer', loadBalancerSourceRanges: ranges });
const noted = (ranges: string) =>
  object(
    'v1',
    'Service',
    { type: 'LoadBalancer' },
    { 'service.beta.kubernetes.io/load-balancer-source-ranges': ranges },
  );

ruleTest(serviceSourceRanges, {
  hits: [
    [allowing('10.0.0.0/8'), allowing()],
    [allowing('10.0.0.0/8'), allowing('10.0.0.0/7')],
    [allowing('10.0.0.0/8'), allowing('10.0.0.0/8', '::/0')],
    [noted('10.0.0.0/8'), allowing()],
    [noted('10.0.0.0/8, 192.0.2.0/24'), noted('0.0.0.0/0')],
  ],
  misses: [
    [allowing('10.0.0.0/8'), allowing('10.0.0.0/9', '10.128.0.0/9')],
    [noted('10.0.0.0/8'), allowing('10.1.0.0/16')],
    [allowing(), allowing('0.0.0.0/0')],
    [allowing('10.0.0.0/8'), service({ type: 'ClusterIP' })],
    [allowing('10.0.0.0/8'), undefined],
  ],
});
