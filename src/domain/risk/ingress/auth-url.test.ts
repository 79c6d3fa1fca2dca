import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAuthUrl } from './auth-url.ts';

ruleTest(ingressAuthUrl, {
  hits: made(noted('auth-url'), noted('AUTH-URL')),
  misses: made(noted('auth-signin'), noted('auth-url-x')),
});
