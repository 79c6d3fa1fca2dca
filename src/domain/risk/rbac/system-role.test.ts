import { account, binding, made, ruleTest } from '#test/build/risk.ts';
import { rbacSystemRole } from './system-role.ts';

const one = account('bot');
const to = (name: string, kind = 'ClusterRole') => binding({ name, kind }, one);

ruleTest(rbacSystemRole, {
  hits: made(to('system:node'), to('system:kube-controller-manager'), to('system:controller:job-controller')),
  misses: made(to('system:auth-delegator'), to('system:node', 'Role'), to('system:nodes'), to('x-system:node')),
});
