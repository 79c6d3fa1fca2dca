import { account, binding, made, ruleTest } from '#test/build/risk.ts';
import { rbacAdminRole } from './admin-role.ts';

ruleTest(rbacAdminRole, {
  hits: made(binding({ name: 'admin' }, account('deployer'))),
  misses: made(binding({ name: 'admin', kind: 'Role' }), binding({ name: 'cluster-admin' }), binding({ name: 'edit' })),
});
