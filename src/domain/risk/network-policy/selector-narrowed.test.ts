import { policy, ruleTest } from '#test/build/risk.ts';
import { policySelectorNarrowed } from './selector-narrowed.ts';

ruleTest(policySelectorNarrowed, {
  hits: [
    [policy({}), policy({ podSelector: { matchLabels: { app: 'web' } } })],
    [policy({ podSelector: { matchLabels: { app: 'web' } } }), policy({ podSelector: { matchLabels: { app: 'db' } } })],
    [policy({}), policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } })],
  ],
  misses: [
    [
      policy({ podSelector: { matchLabels: { app: 'web', tier: 'x' } } }),
      policy({ podSelector: { matchLabels: { tier: 'x' } } }),
    ],
    [
      policy({ podSelector: { matchLabels: { app: 'web' } } }),
      policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] } }),
    ],
    [policy({ podSelector: { matchLabels: { app: 'web' } } }), policy({})],
  ],
});
