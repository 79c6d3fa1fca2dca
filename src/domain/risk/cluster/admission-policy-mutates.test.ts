import { made, object, ruleTest } from '#test/build/risk.ts';
import { admissionPolicyMutates } from './admission-policy-mutates.ts';

const group = 'admissionregistration.k8s.io/v1';
const mutating = (expression: string) =>
  object(group, 'MutatingAdmissionPolicy', { mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] });

ruleTest(admissionPolicyMutates, {
  hits: [
    ...made(mutating('a'), object(`${group}alpha1`, 'MutatingAdmissionPolicyBinding', { policyName: 'x' })),
    [mutating('a'), mutating('b')],
  ],
  misses: [
    [mutating('a'), mutating('a')],
    ...made(object(group, 'ValidatingAdmissionPolicy', {}), object('acme.test/v1', 'MutatingAdmissionPolicy', {})),
  ],
});
