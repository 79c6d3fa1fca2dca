import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAuthProxySetHeaders } from './auth-proxy-set-headers.ts';

ruleTest(ingressAuthProxySetHeaders, {
  hits: made(noted('auth-proxy-set-headers'), noted('AUTH-PROXY-SET-HEADERS')),
  misses: made(noted('auth-signin'), noted('auth-proxy-set-headers-x')),
});
