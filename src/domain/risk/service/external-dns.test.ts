import { made, object, ruleTest } from '#test/build/risk.ts';
import { externalDns } from './external-dns.ts';

const noted = (key: string, value: string, kind = 'Service') => object('v1', kind, {}, { [key]: value });
const hostname = 'external-dns.alpha.kubernetes.io/hostname';

ruleTest(externalDns, {
  hits: [
    ...made(noted(hostname, 'pay.acme.test'), noted(hostname, 'pay.acme.test', 'Ingress')),
    ...made(noted('external-dns.alpha.kubernetes.io/target', '192.0.2.1')),
    [noted(hostname, 'shop.acme.test'), noted(hostname, 'shop.acme.test,pay.acme.test')],
  ],
  misses: [
    ...made(noted(hostname, ''), noted('external-dns.alpha.kubernetes.io/ttl', '60'), noted('acme.test/hostname', 'x')),
    [noted(hostname, 'shop.acme.test'), noted(hostname, 'shop.acme.test')],
  ],
});
