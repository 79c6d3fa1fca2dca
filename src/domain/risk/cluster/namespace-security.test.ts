import { labelled, ruleTest, whole } from '#test/build/risk.ts';
import { namespaceSecurity } from './namespace-security.ts';

const enforce = 'pod-security.kubernetes.io/enforce';

ruleTest(namespaceSecurity, {
  hits: [
    [labelled({ [enforce]: 'restricted' }), labelled({ [enforce]: 'baseline' })],
    [labelled({ [enforce]: 'baseline' }), labelled({ [enforce]: 'privileged' })],
    [labelled({ [enforce]: 'baseline' }), labelled({})],
    [labelled({ [enforce]: 'restricted' }), whole('v1', 'Namespace', {})],
  ],
  misses: [
    [labelled({ [enforce]: 'baseline' }), labelled({ [enforce]: 'restricted' })],
    [labelled({}), labelled({ [enforce]: 'privileged' })],
    [labelled({ 'pod-security.kubernetes.io/warn': 'restricted' }), labelled({})],
    [labelled({ [enforce]: 'privileged' }), labelled({})],
    [labelled({ [enforce]: 'restricted' }), undefined],
  ],
});
