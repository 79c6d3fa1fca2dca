import { ingress, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAuthRemoved } from './auth-removed.ts';

ruleTest(ingressAuthRemoved, {
  hits: [
    [noted('auth-type', 'basic'), ingress()],
    [noted('auth-tls-secret', 'shop/ca'), noted('auth-tls-secret', '')],
    [noted('auth-tls-verify-client', 'on'), noted('auth-tls-verify-client', 'Optional')],
  ],
  misses: [
    [noted('auth-type', 'basic'), noted('Auth-Type', 'digest')],
    [noted('auth-tls-verify-client', 'off'), noted('auth-tls-verify-client', 'optional')],
    [noted('author', 'me'), ingress()],
    [noted('auth-type', 'basic'), undefined],
  ],
});
