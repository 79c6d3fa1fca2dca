import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressSslPassthrough } from './ssl-passthrough.ts';

ruleTest(ingressSslPassthrough, {
  hits: made(noted('ssl-passthrough', 'True')),
  misses: made(noted('ssl-passthrough', 'false')),
});
