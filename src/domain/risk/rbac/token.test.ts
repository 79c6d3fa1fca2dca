import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacToken } from './token.ts';

ruleTest(rbacToken, {
  hits: made(
    granting('create', 'serviceaccounts/token'),
    granting('*', '*/token'),
    granting('create', 'serviceaccounts/token', '', { resourceNames: ['deployer'] }),
  ),
  misses: made(
    granting('create', 'serviceaccounts'),
    granting('get', 'serviceaccounts/token'),
    granting('create', 'tokenreviews', 'authentication.k8s.io'),
  ),
});
