import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressSslRedirect } from './ssl-redirect.ts';

ruleTest(ingressSslRedirect, {
  hits: made(noted('ssl-redirect', 'false'), noted('force-ssl-redirect', 'F'), noted('SSL-Redirect', '0')),
  misses: made(noted('ssl-redirect', 'true'), noted('preserve-trailing-slash', 'false')),
});
