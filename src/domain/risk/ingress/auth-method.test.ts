import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAuthMethod } from './auth-method.ts';

ruleTest(ingressAuthMethod, {
  hits: made(noted('auth-method'), noted('AUTH-METHOD')),
  misses: made(noted('auth-signin'), noted('auth-method-x')),
});
