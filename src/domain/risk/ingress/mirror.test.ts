import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressMirror } from './mirror.ts';

ruleTest(ingressMirror, {
  hits: made(noted('mirror-target'), noted('mirror-host'), noted('Mirror-Request-Body')),
  misses: made(noted('mirrored')),
});
