import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacRoleWrites } from './role-writes.ts';

ruleTest(rbacRoleWrites, {
  hits: made(
    granting('create', 'rolebindings', 'rbac.authorization.k8s.io'),
    granting('patch', 'clusterroles', 'rbac.authorization.k8s.io'),
    granting('update', '*', '*', { resourceNames: ['view'] }),
  ),
  misses: made(
    granting('get list delete', 'rolebindings', 'rbac.authorization.k8s.io'),
    granting('create', 'rolebindings', 'authorization.openshift.io'),
    granting('create', 'roles', 'rbac.authorization.k8s.io', { resourceNames: ['view'] }),
  ),
});
