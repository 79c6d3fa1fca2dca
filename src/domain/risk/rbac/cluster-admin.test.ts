import { account, binding, made, ruleTest, whole } from '#test/build/risk.ts';
import { rbacClusterAdmin } from './cluster-admin.ts';

ruleTest(rbacClusterAdmin, {
  hits: made(
    binding({ name: 'cluster-admin' }, account('deployer')),
    whole('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    }),
  ),
  misses: made(
    binding({ name: 'cluster-admin', kind: 'Role' }, account('deployer')),
    binding({ name: 'admin' }),
    binding({ name: 'cluster-admin-view' }),
    whole('acme.test/v1', 'RoleBinding', { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } }),
  ),
});
