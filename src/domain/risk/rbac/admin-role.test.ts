import { account, binding, made, ruleTest } from '#test/build/risk.ts';
import { rbacAdminRole } from './admin-role.ts';

const one = account('deployer');

ruleTest(rbacAdminRole, {
  hits: made(binding({ name: 'admin' }, one)),
  misses: made(
    binding({ name: 'admin', kind: 'Role' }, one),
    binding({ name: 'cluster-admin' }, one),
    binding({ name: 'edit' }, one),
  ),
});
