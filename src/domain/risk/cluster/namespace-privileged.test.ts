import { labelled, made, ruleTest, whole } from '#test/build/risk.ts';
import { namespacePrivileged } from './namespace-privileged.ts';

const enforce = 'pod-security.kubernetes.io/enforce';
const open = labelled({ [enforce]: 'privileged' });

ruleTest(namespacePrivileged, {
  hits: [
    [labelled({}), open],
    [undefined, open],
    [labelled({ [enforce]: 'baseline' }), open],
  ],
  misses: [
    [open, labelled({ [enforce]: 'privileged', team: 'shop' })],
    ...made(labelled({ [enforce]: 'baseline' }), labelled({ 'pod-security.kubernetes.io/warn': 'privileged' })),
    ...made(whole('acme.test/v1', 'Namespace', {}, { labels: { [enforce]: 'privileged' } })),
  ],
});
