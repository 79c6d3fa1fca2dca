import { object, ruleTest, service } from '#test/build/risk.ts';
import { serviceSelectorChanged } from './selector-changed.ts';

ruleTest(serviceSelectorChanged, {
  hits: [
    [service({ selector: { app: 'web' } }), service({ selector: { app: 'evil' } })],
    [service({ selector: { app: 'web', tier: 'x' } }), service({ selector: { app: 'web' } })],
    [service({ selector: { app: 'web' } }), service({ selector: null })],
    [service({}), service({ selector: { app: 'web' } })],
  ],
  misses: [
    [service({ selector: { app: 'web', tier: 'x' } }), service({ selector: { tier: 'x', app: 'web' } })],
    [service({}), service({ selector: {} })],
    [undefined, service({ selector: { app: 'web' } })],
    [service({ selector: { app: 'web' } }), undefined],
    [
      object('serving.knative.dev/v1', 'Service', {}),
      object('serving.knative.dev/v1', 'Service', { selector: { app: 'web' } }),
    ],
  ],
});
