import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacWebhooks } from './webhooks.ts';

ruleTest(rbacWebhooks, {
  hits: made(
    granting('delete', 'validatingwebhookconfigurations', 'admissionregistration.k8s.io'),
    granting('patch', 'mutatingwebhookconfigurations', '*'),
    granting('update', 'validatingadmissionpolicybindings', 'admissionregistration.k8s.io'),
    granting('*', 'mutatingadmissionpolicies', 'admissionregistration.k8s.io'),
  ),
  misses: made(
    granting('get list watch', 'validatingwebhookconfigurations', 'admissionregistration.k8s.io'),
    granting('delete', 'validatingwebhookconfigurations'),
  ),
});
