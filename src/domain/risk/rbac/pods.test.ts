import { granting, made, ruleTest, whole } from '#test/build/risk.ts';
import { rbacPods } from './pods.ts';

ruleTest(rbacPods, {
  hits: made(
    granting('create', 'pods'),
    granting('patch', 'deployments', 'apps'),
    granting('create', 'cronjobs', 'batch'),
    granting('update', 'daemonsets', 'extensions'),
    whole('rbac.authorization.k8s.io/v1beta1', 'Role', {
      rules: [{ apiGroups: ['*'], resources: ['jobs'], verbs: ['*'] }],
    }),
  ),
  misses: made(
    granting('get list watch delete', 'pods'),
    granting('create', 'deployments'),
    granting('create', 'pods/exec'),
    granting('create', 'pods', '', { resourceNames: ['web'] }),
    granting('patch', 'deployments/scale', 'apps'),
    granting('create', 'pods/*'),
  ),
});
