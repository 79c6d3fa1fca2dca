import { deployment, object, ruleTest } from '#test/build/risk.ts';
import { workloadServiceAccount } from './service-account.ts';

ruleTest(workloadServiceAccount, {
  hits: [
    [deployment({}), deployment({ serviceAccountName: 'admin' })],
    [deployment({ serviceAccountName: 'web' }), deployment({})],
    [deployment({ serviceAccountName: 'web' }), deployment({ serviceAccount: 'admin' })],
  ],
  misses: [
    [object('v1', 'Pod', {}), object('apps/v1', 'Deployment', { template: 'x' })],
    [deployment({}), deployment({ serviceAccountName: 'default' })],
    [deployment({ serviceAccount: 'web' }), deployment({ serviceAccountName: 'web' })],
    [deployment({ serviceAccountName: 'web' }), undefined],
  ],
});
