import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressGlobalAuthOff } from './global-auth-off.ts';

ruleTest(ingressGlobalAuthOff, {
  hits: made(noted('enable-global-auth', 'false'), noted('Enable-Global-Auth', 'False')),
  misses: made(noted('enable-global-auth', 'true'), noted('enable-global-auth', '')),
});
