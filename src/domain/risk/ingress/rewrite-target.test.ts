import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressRewriteTarget } from './rewrite-target.ts';

ruleTest(ingressRewriteTarget, {
  hits: made(noted('rewrite-target'), noted('Rewrite-Target')),
  misses: made(noted('app-root')),
});
