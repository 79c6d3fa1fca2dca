import { ingress, made, noted, object, ruleTest } from '#test/build/risk.ts';
import { ingressCors } from './cors.ts';

ruleTest(ingressCors, {
  hits: made(
    noted('enable-cors', 'true'),
    object(
      'networking.k8s.io/v1',
      'Ingress',
      {},
      { 'nginx.ingress.kubernetes.io/enable-cors': 'true', 'nowhere.test/cors-allow-origin': 'https://a.test' },
    ),
    ingress({}, { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test, *' }),
    ingress({}, { 'cors-allow-credentials': 'true', 'Enable-CORS': 'true' }),
  ),
  misses: made(
    ingress({}, { 'enable-cors': 'true', 'cors-allow-credentials': 'false' }),
    ingress({}, { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test' }),
    noted('cors-allow-origin', '*'),
  ),
});
