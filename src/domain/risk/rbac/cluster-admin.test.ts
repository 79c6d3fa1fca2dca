import { account, binding, group, ruleTest, whole } from '#test/build/risk.ts';
import { rbacClusterAdmin } from './cluster-admin.ts';

const [one, other] = [account('deployer'), account('web')];
const roleRef = { kind: 'ClusterRole', name: 'cluster-admin' };

ruleTest(rbacClusterAdmin, {
  hits: [
    [undefined, binding(roleRef, one)],
    [binding(roleRef, one), binding(roleRef, other, one)],
    [undefined, whole('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { roleRef, subjects: [group('ops')] })],
  ],
  misses: [
    [binding(roleRef, other, one), binding(roleRef, one)],
    [undefined, binding({ ...roleRef, kind: 'Role' }, one)],
    [undefined, binding({ name: 'admin' }, one)],
    [undefined, binding({ name: 'cluster-admin-view' }, one)],
    [undefined, binding(roleRef)],
    [undefined, whole('acme.test/v1', 'RoleBinding', { roleRef, subjects: [one] })],
  ],
});
