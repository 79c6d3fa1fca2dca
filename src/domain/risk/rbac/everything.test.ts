import { granting, made, role, ruleTest } from '#test/build/risk.ts';
import { rbacEverything } from './everything.ts';

ruleTest(rbacEverything, {
  hits: made(granting('*', '*', '*'), granting('*', '*'), granting('get *', 'pods *', '*')),
  misses: made(
    granting('get', '*', '*'),
    granting('*', 'pods'),
    granting('*', '*', 'acme.test'),
    granting('*', '*/*', '*'),
    role({ nonResourceURLs: ['*'], verbs: ['*'] }),
  ),
});
