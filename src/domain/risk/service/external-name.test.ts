import { made, object, ruleTest, service } from '#test/build/risk.ts';
import { serviceExternalName } from './external-name.ts';

ruleTest(serviceExternalName, {
  hits: made(service({ type: 'ExternalName', externalName: 'ledger.payments.svc' })),
  misses: made(service({ type: 'ClusterIP', externalName: 'x' }), object('v1', 'Other', { type: 'ExternalName' })),
});
