import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressUpstreamVhost } from './upstream-vhost.ts';

ruleTest(ingressUpstreamVhost, {
  hits: made(noted('upstream-vhost', 'a.test')),
  misses: made(noted('upstream-vhost', '')),
});
