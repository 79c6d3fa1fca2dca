import { object, ruleTest } from '#test/build/risk.ts';
import { ingressClassController } from './class-controller.ts';

ruleTest(ingressClassController, {
  hits: [
    [
      object('networking.k8s.io/v1', 'IngressClass', { controller: 'k8s.io/ingress-nginx' }),
      object('networking.k8s.io/v1', 'IngressClass', { controller: 'evil.test/x' }),
    ],
    [
      object('networking.k8s.io/v1', 'IngressClass', { parameters: { kind: 'A' } }),
      object('networking.k8s.io/v1', 'IngressClass', {}),
    ],
  ],
  misses: [
    [
      object('networking.k8s.io/v1', 'IngressClass', { controller: 'a' }),
      object('networking.k8s.io/v1', 'IngressClass', { controller: 'a', parameters: null }),
    ],
    [undefined, object('networking.k8s.io/v1', 'IngressClass', { controller: 'a' })],
    [object('networking.k8s.io/v1', 'IngressClass', { controller: 'a' }), undefined],
    [
      object('acme.test/v1', 'IngressClass', { controller: 'a' }),
      object('acme.test/v1', 'IngressClass', { controller: 'b' }),
    ],
  ],
});
