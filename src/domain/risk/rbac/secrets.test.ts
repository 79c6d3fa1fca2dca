import { granting, made, object, role, ruleTest } from '#test/build/risk.ts';
import { rbacSecrets } from './secrets.ts';

ruleTest(rbacSecrets, {
  hits: made(
    granting('get', 'secrets'),
    granting('list', 'configmaps secrets'),
    granting('watch', 'secrets', '*'),
    granting('*', 'secrets'),
    granting('get', '*'),
    granting('get', 'secrets', '', { resourceNames: ['tls'] }),
  ),
  misses: made(
    granting('create delete', 'secrets'),
    granting('get', 'configmaps'),
    granting('get', 'secrets', 'secrets.acme.test'),
    granting('get', 'Secrets'),
    role({ nonResourceURLs: ['*'], verbs: ['*'] }),
    role('*', null, { verbs: 'get', resources: { secrets: true } }),
    object('acme.test/v1', 'Role', {}),
  ),
});
