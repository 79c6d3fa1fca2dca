import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressSatisfyAny } from './satisfy-any.ts';

ruleTest(ingressSatisfyAny, {
  hits: made(noted('satisfy', 'any'), noted('satisfy', ' ANY')),
  misses: made(noted('satisfy', 'all')),
});
