import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAuthTlsMatchCn } from './auth-tls-match-cn.ts';

ruleTest(ingressAuthTlsMatchCn, { hits: made(noted('auth-tls-match-cn')), misses: made(noted('auth-tls-secret')) });
