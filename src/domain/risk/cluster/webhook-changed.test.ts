import { ruleTest, webhook, whole } from '#test/build/risk.ts';
import { webhookChanged } from './webhook-changed.ts';

ruleTest(webhookChanged, {
  hits: [
    [webhook({}), webhook({ matchPolicy: 'Exact' })],
    [
      webhook({ failurePolicy: 'Ignore', clientConfig: { caBundle: 'a' } }),
      webhook({ failurePolicy: 'Ignore', clientConfig: { caBundle: 'b' } }),
    ],
    [webhook({}), undefined],
    [webhook({}), webhook({ failurePolicy: 'Ignore' })],
    [webhook({ rules: [{ resources: ['*'] }] }), webhook({ rules: [{ resources: ['pods'] }] })],
    [webhook({}), webhook({ namespaceSelector: { matchLabels: { a: 'b' } } })],
    [webhook({}), webhook({ objectSelector: { matchLabels: { a: 'b' } } })],
    [webhook({ clientConfig: { service: { name: 'a' } } }), webhook({ clientConfig: { url: 'https://evil.test' } })],
    [webhook({}), webhook({ name: 'other.acme.test' })],
  ],
  misses: [
    [webhook({ matchPolicy: 'Exact' }), webhook({ matchPolicy: 'Equivalent' })],
    [webhook({ failurePolicy: 'Ignore' }), webhook({ failurePolicy: 'Fail' })],
    [webhook({}), webhook({ failurePolicy: 'Fail', namespaceSelector: {}, rules: [] })],
    [webhook({ clientConfig: { caBundle: 'a' } }), webhook({ clientConfig: { caBundle: 'b' } })],
    [undefined, webhook({})],
    [whole('acme.test/v1', 'ValidatingWebhookConfiguration', { webhooks: [{}] }), undefined],
  ],
});
