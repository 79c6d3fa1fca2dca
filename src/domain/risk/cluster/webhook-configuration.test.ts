import { made, ruleTest, webhook, whole } from '#test/build/risk.ts';
import { webhookConfiguration } from './webhook-configuration.ts';

ruleTest(webhookConfiguration, {
  hits: made(webhook({}), webhook({}, 'MutatingWebhookConfiguration')),
  misses: made(
    whole('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { webhooks: [] }),
    whole('acme.test/v1', 'ValidatingWebhookConfiguration', { webhooks: [{}] }),
  ),
});
