import { granting, object, role, ruleTest } from '#test/build/risk.ts';
import { rbacSecrets } from './secrets.ts';

const named = (...resourceNames: string[]) => granting('get', 'secrets', '', { resourceNames });

ruleTest(rbacSecrets, {
  hits: [
    [undefined, granting('get', 'secrets')],
    [undefined, granting('list', 'configmaps secrets')],
    [undefined, granting('watch', 'secrets', '*')],
    [undefined, granting('*', 'secrets')],
    [undefined, granting('get', '*')],
    [granting('get', 'configmaps'), granting('get', 'configmaps secrets')],
    [named('tls'), named('tls', 'other')],
    [named('tls'), granting('get', 'secrets')],
  ],
  misses: [
    [undefined, granting('create delete', 'secrets')],
    [undefined, granting('get', 'configmaps')],
    [undefined, granting('get', 'secrets', 'secrets.acme.test')],
    [undefined, granting('get', 'Secrets')],
    [undefined, role({ nonResourceURLs: ['*'], verbs: ['*'] })],
    [undefined, role('*', null, { verbs: 'get', resources: { secrets: true } })],
    [undefined, object('acme.test/v1', 'Role', {})],
    [granting('get', 'secrets'), granting('list watch', 'configmaps secrets')],
    [named('tls', 'other'), named('tls')],
    [granting('get', 'secrets'), undefined],
  ],
});
