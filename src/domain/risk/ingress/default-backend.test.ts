import { ingress, made, ruleTest, service } from '#test/build/risk.ts';
import { ingressDefaultBackend } from './default-backend.ts';

ruleTest(ingressDefaultBackend, {
  hits: made(ingress({ defaultBackend: { service: { name: 'web' } } }), ingress({ backend: { serviceName: 'web' } })),
  misses: made(ingress(), service({ backend: { serviceName: 'web' } })),
});
