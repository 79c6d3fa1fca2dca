import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacEscalation } from './escalation.ts';

ruleTest(rbacEscalation, {
  hits: made(
    granting('escalate', 'roles', 'rbac.authorization.k8s.io'),
    granting('bind', 'clusterroles', 'rbac.authorization.k8s.io', { resourceNames: ['view'] }),
    granting('impersonate', 'users'),
    granting('impersonate', 'serviceaccounts', '', { resourceNames: ['deployer'] }),
    granting('impersonate', 'userextras/scopes', 'authentication.k8s.io'),
    granting('impersonate', 'uids', 'authentication.k8s.io'),
    granting('impersonate:user-info', 'users', 'authentication.k8s.io'),
    granting('*', 'groups'),
  ),
  misses: made(
    granting('bind', 'rolebindings', 'rbac.authorization.k8s.io'),
    granting('escalate', 'roles'),
    granting('get list', 'users groups'),
    granting('impersonate', 'users', 'acme.test'),
    granting('create update', 'roles', 'rbac.authorization.k8s.io'),
  ),
});
