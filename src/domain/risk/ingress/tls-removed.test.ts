import { ingress, ruleTest, tls } from '#test/build/risk.ts';
import { ingressTlsRemoved } from './tls-removed.ts';

ruleTest(ingressTlsRemoved, {
  hits: [
    [tls('shop.test'), ingress()],
    [tls('shop.test'), tls('other.test')],
    [ingress({ tls: [{ secretName: 'x' }] }), tls('other.test')],
    [tls('*.test'), ingress({ tls: [] })],
  ],
  misses: [
    [tls('shop.test'), tls('SHOP.test')],
    [tls('shop.test'), tls('*.test')],
    [tls('shop.test'), ingress({ tls: [{ secretName: 'x' }] })],
    [tls('gone.test', 'shop.test'), tls('shop.test')],
    [ingress(), ingress()],
    [tls('shop.test'), undefined],
  ],
});
