import { ingress, noted, ruleTest } from '#test/build/risk.ts';
import { ingressModsecurityRemoved } from './modsecurity-removed.ts';

ruleTest(ingressModsecurityRemoved, {
  hits: [
    [noted('enable-modsecurity', 'true'), noted('Enable-ModSecurity', 'true')],
    [noted('enable-modsecurity', 'true'), ingress()],
    [noted('enable-owasp-core-rules', 'true'), noted('enable-modsecurity', 'true')],
  ],
  misses: [
    [noted('enable-modsecurity', 'true'), noted('enable-modsecurity', 'false')],
    [noted('enable-modsecurity', 'false'), ingress()],
    [ingress(), noted('enable-modsecurity', 'true')],
    [noted('enable-modsecurity', 'true'), undefined],
  ],
});
