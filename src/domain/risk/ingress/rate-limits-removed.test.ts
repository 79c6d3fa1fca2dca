import { ingress, noted, ruleTest } from '#test/build/risk.ts';
import { ingressRateLimitsRemoved } from './rate-limits-removed.ts';

ruleTest(ingressRateLimitsRemoved, {
  hits: [
    [noted('limit-rps', '10'), noted('Limit-RPS', '10')],
    [noted('limit-rps', '10'), ingress()],
    [noted('limit-connections', '10'), noted('limit-connections', '0')],
  ],
  misses: [
    [noted('limit-rps', '10'), noted('limit-rps', '20')],
    [noted('limit-rps', '0'), ingress()],
    [noted('limit-whitelist', '10.0.0.0/8'), ingress()],
    [ingress(), noted('limit-rps', '10')],
    [noted('limit-rps', '10'), undefined],
  ],
});
