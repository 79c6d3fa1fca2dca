import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacNodesProxy } from './nodes-proxy.ts';

ruleTest(rbacNodesProxy, {
  hits: made(
    granting('get', 'nodes/proxy'),
    granting('create', '*/proxy'),
    granting('get', '*'),
    granting('*', 'nodes/proxy', '', { resourceNames: ['node-1'] }),
  ),
  misses: made(
    granting('get', 'nodes nodes/metrics nodes/stats'),
    granting('get', 'nodes/proxy', 'metrics.k8s.io'),
    granting('get', 'pods/proxy'),
  ),
});
