import { blocks, policy, ruleTest } from '#test/build/risk.ts';
import { policyTypesRemoved } from './types-removed.ts';

ruleTest(policyTypesRemoved, {
  hits: [
    [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({ policyTypes: ['Ingress'] })],
    [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({ policyTypes: ['Egress'] })],
    [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({})],
    [policy({ egress: [{ to: blocks('10.0.0.0/8') }] }), policy({ egress: [] })],
  ],
  misses: [
    [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({ policyTypes: ['Egress', 'Ingress'] })],
    [policy({}), policy({ policyTypes: ['Ingress'] })],
    [policy({ policyTypes: ['Ingress'] }), policy({ policyTypes: ['Ingress', 'Egress'] })],
    [policy({ policyTypes: ['Ingress'] }), undefined],
  ],
});
