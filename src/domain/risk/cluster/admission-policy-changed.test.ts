import { object, ruleTest } from '#test/build/risk.ts';
import { admissionPolicyChanged } from './admission-policy-changed.ts';

ruleTest(admissionPolicyChanged, {
  hits: [
    [object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {}), undefined],
    [
      object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', { validationActions: ['Deny'] }),
      object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', { validationActions: ['Warn'] }),
    ],
  ],
  misses: [
    [undefined, object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {})],
    [
      object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {}),
      object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {}, { a: 'b' }),
    ],
    [object('acme.test/v1', 'ValidatingAdmissionPolicy', {}), undefined],
  ],
});
