import { object, ruleTest } from '#test/build/risk.ts';
import { namespaceDeleted } from './namespace-deleted.ts';

const namespace = object('v1', 'Namespace', {});

ruleTest(namespaceDeleted, {
  hits: [[namespace, undefined]],
  misses: [
    [namespace, namespace],
    [object('v1', 'ConfigMap', {}), undefined],
    [object('shop.acme.test/v1', 'Namespace', {}), undefined],
  ],
});
