import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressModsecurityOff } from './modsecurity-off.ts';

ruleTest(ingressModsecurityOff, {
  hits: made(noted('enable-modsecurity', 'false'), noted('Enable-OWASP-core-rules', 'False')),
  misses: made(noted('enable-modsecurity', 'true'), noted('enable-cors', 'false')),
});
