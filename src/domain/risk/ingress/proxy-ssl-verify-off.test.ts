import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressProxySslVerifyOff } from './proxy-ssl-verify-off.ts';

ruleTest(ingressProxySslVerifyOff, {
  hits: made(noted('proxy-ssl-verify', 'off')),
  misses: made(noted('proxy-ssl-verify', 'on'), noted('proxy-ssl-verify-depth', '0')),
});
