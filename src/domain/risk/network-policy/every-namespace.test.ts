import { made, policy, ruleTest } from '#test/build/risk.ts';
import { policyEveryNamespace } from './every-namespace.ts';

ruleTest(policyEveryNamespace, {
  hits: made(
    policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] }),
    policy({
      egress: [{ to: [{ podSelector: { matchLabels: { a: 'b' } }, namespaceSelector: { matchLabels: {} } }] }],
    }),
    policy({
      ingress: [
        {
          from: [
            { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'Exists' }] } },
          ],
        },
      ],
    }),
  ),
  misses: made(
    policy({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }] }] }),
    policy({ ingress: [{ from: [{ podSelector: {} }] }] }),
    policy({ ingress: [{ from: [{ podSelector: {}, namespaceSelector: null }] }] }),
  ),
});
