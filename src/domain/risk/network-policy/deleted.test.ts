import { ingress, object, policy, ruleTest } from '#test/build/risk.ts';
import { policyDeleted } from './deleted.ts';

ruleTest(policyDeleted, {
  hits: [[policy({}), undefined]],
  misses: [
    [policy({}), policy({})],
    [ingress(), undefined],
    [object('crd.projectcalico.org/v1', 'NetworkPolicy', {}), undefined],
  ],
});
