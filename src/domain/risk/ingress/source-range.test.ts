import { ingress, noted, object, ruleTest } from '#test/build/risk.ts';
import { ingressSourceRange } from './source-range.ts';

ruleTest(ingressSourceRange, {
  hits: [
    [noted('whitelist-source-range', '10.0.0.0/8'), noted('Whitelist-Source-Range', '10.0.0.0/8')],
    [
      noted('denylist-source-range', '192.0.2.0/24'),
      object('networking.k8s.io/v1', 'Ingress', {}, { 'nowhere.test/denylist-source-range': '192.0.2.0/24' }),
    ],
    [noted('whitelist-source-range', '10.0.0.0/8'), ingress()],
    [noted('whitelist-source-range', '10.0.0.0/8'), noted('whitelist-source-range', '')],
    [noted('whitelist-source-range', '10.0.0.0/8'), noted('whitelist-source-range', '10.0.0.0/7')],
    [noted('allowlist-source-range', '10.0.0.0/8'), noted('allowlist-source-range', '10.0.0.0/8, 192.0.2.1')],
    [noted('whitelist-source-range', '10.0.0.0/8'), noted('whitelist-source-range', '::/0')],
    [noted('denylist-source-range', '192.0.2.0/24'), noted('denylist-source-range', '192.0.2.0/25')],
    [noted('denylist-source-range', '192.0.2.0/24'), ingress()],
  ],
  misses: [
    [noted('whitelist-source-range', '10.0.0.0/8'), noted('allowlist-source-range', '10.0.0.0/9,10.128.0.0/9')],
    [noted('whitelist-source-range', '10.0.0.0/8,192.0.2.0/24'), noted('whitelist-source-range', '192.0.2.7')],
    [ingress(), noted('whitelist-source-range', '0.0.0.0/0')],
    [noted('denylist-source-range', '192.0.2.0/25'), noted('denylist-source-range', '192.0.2.0/24')],
    [noted('whitelist-source-range', '10.0.0.0/8'), undefined],
  ],
});
