import { made, object, ruleTest } from '#test/build/risk.ts';
import { ingressClassDefault } from './class-default.ts';

ruleTest(ingressClassDefault, {
  hits: made(
    object('networking.k8s.io/v1', 'IngressClass', {}, { 'ingressclass.kubernetes.io/is-default-class': 'true' }),
  ),
  misses: made(
    object('networking.k8s.io/v1', 'IngressClass', {}, { 'ingressclass.kubernetes.io/is-default-class': 'false' }),
    object('networking.k8s.io/v1', 'IngressClass', {}),
    object('storage.k8s.io/v1', 'StorageClass', {}, { 'ingressclass.kubernetes.io/is-default-class': 'true' }),
  ),
});
