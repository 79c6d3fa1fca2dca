import { ingress, noted, ruleTest } from '#test/build/risk.ts';
import { ingressAuthRemoved } from './auth-removed.ts';

ruleTest(ingressAuthRemoved, {
  hits: [
    [noted('auth-type', 'basic'), noted('Auth-Type', 'basic')],
    [noted('auth-type', 'basic'), noted('auth-type', 'none')],
    [noted('auth-secret', 'shop/staff'), noted('auth-secret', 'shop/mine')],
    [
      noted('auth-tls-secret', 'shop/ca'),
      ingress({}, { 'auth-tls-secret': 'shop/ca', 'auth-tls-verify-client': 'optional' }),
    ],
    [noted('auth-type', 'basic'), ingress()],
    [noted('auth-tls-secret', 'shop/ca'), noted('auth-tls-secret', '')],
    [noted('auth-tls-verify-client', 'on'), noted('auth-tls-verify-client', 'Optional')],
  ],
  misses: [
    [noted('auth-realm', 'Shop'), noted('auth-realm', 'The shop')],
    [ingress(), ingress({}, { 'auth-tls-secret': 'shop/ca', 'auth-tls-verify-client': 'optional' })],
    [noted('auth-type', 'basic'), noted('auth-type', 'digest')],
    [noted('auth-tls-verify-client', 'off'), noted('auth-tls-verify-client', 'optional')],
    [noted('author', 'me'), ingress()],
    [noted('auth-type', 'basic'), undefined],
  ],
});
