import { ingress, ruleTest, tls } from '#test/build/risk.ts';
import { ingressTlsSecretChanged } from './tls-secret-changed.ts';

const signed = (secretName: string, ...hosts: string[]) => ingress({ tls: [{ hosts, secretName }] });

ruleTest(ingressTlsSecretChanged, {
  hits: [
    [tls('shop.test'), signed('other', 'shop.test')],
    [tls('a.test', 'b.test'), signed('other', 'B.test')],
    [tls(), signed('other')],
  ],
  misses: [
    [tls('shop.test'), tls('shop.test', 'other.test')],
    [tls('shop.test'), signed('other', 'other.test')],
    [tls('shop.test'), ingress()],
    [undefined, tls('shop.test')],
    [tls('shop.test'), undefined],
  ],
});
