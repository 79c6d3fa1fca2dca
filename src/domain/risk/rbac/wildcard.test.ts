import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacWildcard } from './wildcard.ts';

ruleTest(rbacWildcard, {
  hits: made(
    granting('*', 'configmaps'),
    granting('get', '*'),
    granting('*', '*', 'acme.test'),
    granting('*', 'widgets', '*'),
  ),
  misses: made(granting('*', '*', '*'), granting('get list', 'configmaps', '*'), granting('get', '*/scale')),
});
