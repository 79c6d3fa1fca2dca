import { object, ruleTest, service } from '#test/build/risk.ts';
import { serviceSourceRanges } from './source-ranges.ts';

const from = (...ranges: string[]) => service({ type: 'LoadBalancer', loadBalancerSourceRanges: ranges });
const noted = (ranges: string) =>
  object(
    'v1',
    'Service',
    { type: 'LoadBalancer' },
    { 'service.beta.kubernetes.io/load-balancer-source-ranges': ranges },
  );

ruleTest(serviceSourceRanges, {
  hits: [
    [from('10.0.0.0/8'), from()],
    [from('10.0.0.0/8'), from('10.0.0.0/7')],
    [from('10.0.0.0/8'), from('10.0.0.0/8', '::/0')],
    [noted('10.0.0.0/8'), from()],
    [noted('10.0.0.0/8, 192.0.2.0/24'), noted('0.0.0.0/0')],
  ],
  misses: [
    [from('10.0.0.0/8'), from('10.0.0.0/9', '10.128.0.0/9')],
    [noted('10.0.0.0/8'), from('10.1.0.0/16')],
    [from(), from('0.0.0.0/0')],
    [from('10.0.0.0/8'), service({ type: 'ClusterIP' })],
    [from('10.0.0.0/8'), undefined],
  ],
});
