import { object, ruleTest } from '#test/build/risk.ts';
import { ingressGuardRemoved } from './guard-removed.ts';

const noted = (key = 'acme.test/x', value = 'x') => object('networking.k8s.io/v1', 'Ingress', {}, { [key]: value });
const cidrs = 'alb.ingress.kubernetes.io/inbound-cidrs';
const middlewares = 'traefik.ingress.kubernetes.io/router.middlewares';

ruleTest(ingressGuardRemoved, {
  hits: [
    [noted(cidrs, '10.0.0.0/8'), noted(cidrs, '0.0.0.0/0')],
    [noted(cidrs, '10.0.0.0/8'), noted(cidrs, '')],
    [noted('haproxy.org/deny-list', '192.0.2.0/24'), noted('haproxy.org/deny-list', '192.0.2.0/25')],
    [noted('nginx.com/jwt-key', 'keys'), noted()],
    [noted('nginx.com/jwt-key', 'keys'), noted('nginx.com/jwt-key', 'mine')],
    [noted('appgw.ingress.kubernetes.io/use-private-ip', 'true'), noted()],
    [
      noted(middlewares, 'shop-auth@kubernetescrd, shop-log@kubernetescrd'),
      noted(middlewares, 'shop-log@kubernetescrd'),
    ],
    [noted('konghq.com/plugins', 'key-auth'), noted('nowhere.test/plugins', 'key-auth')],
  ],
  misses: [
    [noted(cidrs, '10.0.0.0/8'), noted(cidrs, '10.1.0.0/16')],
    [noted('konghq.com/plugins', 'key-auth'), noted('konghq.com/plugins', 'log, key-auth')],
    [noted('appgw.ingress.kubernetes.io/use-private-ip', 'false'), noted()],
    [noted('acme.test/plugins', 'x'), noted()],
    [noted(), noted('nginx.com/jwt-key', 'keys')],
    [noted('nginx.com/jwt-key', 'keys'), undefined],
  ],
});
