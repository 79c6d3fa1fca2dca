import { escaped, ingress, object, ruleTest } from '#test/build/risk.ts';
import { ingressClassChanged } from './class-changed.ts';

ruleTest(ingressClassChanged, {
  hits: [
    [
      object('networking.k8s.io/v1', 'Ingress', { ingressClassName: 'inside' }),
      object(
        'networking.k8s.io/v1',
        'Ingress',
        { ingressClassName: 'inside' },
        { 'kubernetes.io/ingress.class': 'internet' },
      ),
    ],
    [
      object('networking.k8s.io/v1', 'Ingress', { ingressClassName: 'a' }, { 'nowhere.test/ingress.class': 'a' }),
      object('networking.k8s.io/v1', 'Ingress', {}, { 'nowhere.test/ingress.class': 'a' }),
    ],
    [ingress(), ingress({ ingressClassName: 'internet' })],
    [ingress(), ingress({ ingressClassName: null })],
    [
      object('networking.k8s.io/v1', 'Ingress', {}, { 'kubernetes.io/ingress.class': 'inside' }),
      object('networking.k8s.io/v1', 'Ingress', {}, { 'kubernetes.io/ingress.class': 'internet' }),
    ],
  ],
  misses: [
    [ingress(), ingress(escaped)],
    [object('networking.k8s.io/v1', 'Ingress', {}, { 'kubernetes.io/ingress.class': 'nginx' }), ingress()],
    [ingress(), undefined],
  ],
});
