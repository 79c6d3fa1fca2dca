import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacSecretWrites } from './secret-writes.ts';

ruleTest(rbacSecretWrites, {
  hits: made(granting('create', 'secrets'), granting('patch', 'secrets', '', { resourceNames: ['tls'] })),
  misses: made(granting('get list watch delete', 'secrets'), granting('create', 'configmaps')),
});
