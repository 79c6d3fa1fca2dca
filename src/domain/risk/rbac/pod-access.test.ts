import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacPodAccess } from './pod-access.ts';

ruleTest(rbacPodAccess, {
  hits: made(
    granting('create', 'pods/exec'),
    granting('get', 'pods/attach'),
    granting('create', '*/portforward'),
    granting('patch', 'pods/ephemeralcontainers'),
    granting('delete', 'services/proxy'),
    granting('get', '*'),
  ),
  misses: made(
    granting('get', 'pods pods/log pods/status'),
    granting('get', 'pods/ephemeralcontainers'),
    granting('delete', 'pods/exec'),
    granting('get', 'nodes/proxy'),
    granting('create', 'pods/exec', 'metrics.k8s.io'),
  ),
});
