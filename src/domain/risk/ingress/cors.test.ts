import { ingress, made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressCors } from './cors.ts';

ruleTest(ingressCors, {
  hits: made(
    noted('enable-cors', 'true'),
    ingress({}, { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test, *' }),
    ingress({}, { 'cors-allow-credentials': 'true', 'Enable-CORS': 'true' }),
  ),
  misses: made(
    ingress({}, { 'enable-cors': 'true', 'cors-allow-credentials': 'false' }),
    ingress({}, { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test' }),
    noted('cors-allow-origin', '*'),
  ),
});
