import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacPersistentVolumes } from './persistent-volumes.ts';

ruleTest(rbacPersistentVolumes, {
  hits: made(
    granting('create', 'persistentvolumes'),
    granting('*', '*'),
    granting('create patch', 'persistentvolumes', '', { resourceNames: ['disk'] }),
  ),
  misses: made(
    granting('create', 'persistentvolumeclaims'),
    granting('get list', 'persistentvolumes'),
    granting('create', 'persistentvolumes', '', { resourceNames: ['disk'] }),
  ),
});
