import { labelled, ruleTest, whole } from '#test/build/risk.ts';
import { namespaceLabels } from './namespace-labels.ts';

ruleTest(namespaceLabels, {
  hits: [
    [labelled({ team: 'shop' }), labelled({ team: 'evil' })],
    [labelled({ team: 'shop' }), labelled({})],
    [labelled({}), labelled({ team: 'shop' })],
    [
      labelled({ 'pod-security.kubernetes.io/enforce-version': 'latest' }),
      labelled({ 'pod-security.kubernetes.io/enforce-version': 'v1.19' }),
    ],
  ],
  misses: [
    [labelled({ team: 'shop', a: 'b' }), labelled({ a: 'b', team: 'shop' })],
    [
      labelled({ 'pod-security.kubernetes.io/enforce': 'baseline' }),
      labelled({ 'pod-security.kubernetes.io/warn': 'baseline' }),
    ],
    [undefined, labelled({ team: 'shop' })],
    [labelled({ team: 'shop' }), undefined],
    [
      whole('acme.test/v1', 'Namespace', {}, { labels: { team: 'a' } }),
      whole('acme.test/v1', 'Namespace', {}, { labels: { team: 'b' } }),
    ],
  ],
});
