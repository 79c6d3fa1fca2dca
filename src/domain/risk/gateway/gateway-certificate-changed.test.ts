import { listening, ruleTest } from '#test/build/risk.ts';
import { gatewayCertificateChanged } from './gateway-certificate-changed.ts';

const shown = (...names: string[]) => listening({ tls: { certificateRefs: names.map((name) => ({ name })) } });

ruleTest(gatewayCertificateChanged, {
  hits: [
    [shown('shop'), shown('mine')],
    [shown('shop'), shown('shop', 'mine')],
    [shown('shop'), listening({ tls: { certificateRefs: [{ name: 'shop', namespace: 'other' }] } })],
  ],
  misses: [
    [shown('shop', 'old'), shown('shop')],
    [shown('shop'), listening({ tls: { certificateRefs: [{ name: 'shop', namespace: 'shop', kind: 'Secret' }] } })],
    [listening({}), shown('shop')],
    [undefined, shown('shop')],
    [shown('shop'), undefined],
  ],
});
