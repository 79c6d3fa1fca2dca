import { expect, test } from 'vitest';
import { guarded, protection } from '#test/build/guarded.ts';
import { addressIn, sayAsked } from './say-webhook.ts';
import { webhooksIn } from './webhook.ts';

const first = (...words: Parameters<typeof guarded>) => webhooksIn(guarded(...words))[0] ?? {};

test.each([
  ['by name', first([protection({ namespaces: ['shop'] })]), /^ingresses\.networking\.k8s\.io, namespaces in shop$/],
  [
    'by pattern',
    first([protection({ namespaces: ['team-*'] })]),
    /namespaces in all namespaces but hallpass, hallpass-markers$/,
  ],
  ['everywhere', first([protection()], { selectsNamespaces: false }), /namespaces in all namespaces$/],
  [
    'by a label of somebody',
    { rules: [], namespaceSelector: { matchLabels: { a: 'b' } } },
    /^nothing in namespaces that \{"matchLabels":\{"a":"b"\}\} selects$/,
  ],
  [
    'by a second expression',
    {
      rules: [{ apiGroups: [''], resources: ['services', 'services/*'] }],
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop'] },
          { key: 'held', operator: 'Exists' },
        ],
      },
    },
    /^services in namespaces that \{"matchExpressions"/,
  ],
  ['by nothing that can be read', { rules: 'all', namespaceSelector: 7 }, /^nothing in all namespaces$/],
])('what is asked about is said: %s', (_, webhook, words) => {
  expect(sayAsked(webhook)).toMatch(words);
});

test.each([
  [{ service: { name: 'hallpass-guard', namespace: 'hallpass' } }, { host: 'hallpass-guard.hallpass.svc', port: 443 }],
  [{ service: { name: 'g', namespace: 'h', port: 8_443, path: '/review' } }, { host: 'g.h.svc', port: 8_443 }],
  [{ url: 'https://10.0.0.5:8443/review' }, { host: '10.0.0.5', port: 8_443 }],
  [{ url: 'https://[::1]/review' }, { host: '::1', port: 443 }],
  [{ url: 'no address' }, undefined],
  [{ service: { name: 'g' } }, undefined],
  [undefined, undefined],
])('the address of %j is %j', (clientConfig, address) => {
  expect(addressIn({ ...(clientConfig && { clientConfig }) })).toEqual(address);
});
