import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressCanary } from './canary.ts';

ruleTest(ingressCanary, {
  hits: made(noted('canary', 'true')),
  misses: made(noted('canary', 'false'), noted('canary-weight', '10')),
});
