import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacNetworkPolicies } from './network-policies.ts';

ruleTest(rbacNetworkPolicies, {
  hits: made(
    granting('create', 'networkpolicies', 'networking.k8s.io'),
    granting('delete', 'networkpolicies', 'networking.k8s.io'),
    granting('patch', 'ciliumnetworkpolicies', 'cilium.io'),
    granting('update', 'globalnetworkpolicies', 'crd.projectcalico.org'),
  ),
  misses: made(
    granting('get list watch', 'networkpolicies', 'networking.k8s.io'),
    granting('create', 'ingresses', 'networking.k8s.io'),
    granting('create', 'networkpolicies'),
  ),
});
