import { account, binding, made, ruleTest } from '#test/build/risk.ts';
import { rbacEditRole } from './edit-role.ts';

const one = account('deployer');

ruleTest(rbacEditRole, {
  hits: made(binding({ name: 'edit' }, one)),
  misses: made(binding({ name: 'edit', kind: 'Role' }, one), binding({ name: 'view' }, one), binding({ name: 'edit' })),
});
