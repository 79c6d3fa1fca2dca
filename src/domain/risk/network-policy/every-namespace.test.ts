import { made, policy, ruleTest } from '#test/build/risk.ts';
import { policyEveryNamespace } from './every-namespace.ts';

ruleTest(policyEveryNamespace, {
  hits: [
    [
      policy({ ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }] }] }),
      policy({ ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }, { port: 81 }] }] }),
    ],
    ...made(
      policy({
        ingress: [
          { from: [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] } }] },
        ],
      }),
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
  ],
  misses: [
    [
      policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] }),
      policy({ ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { a: 'b' } } }] }] }),
    ],
    [
      policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] }),
      policy({ ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }] }] }),
    ],
    ...made(
      policy({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }] }] }),
      policy({ ingress: [{ from: [{ podSelector: {} }] }] }),
      policy({ ingress: [{ from: [{ podSelector: {}, namespaceSelector: null }] }] }),
    ),
  ],
});
