import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacNamespaces } from './namespaces.ts';

ruleTest(rbacNamespaces, {
  hits: made(granting('patch', 'namespaces'), granting('update', '*'), granting('*', 'namespaces', '*')),
  misses: made(granting('get list watch create delete', 'namespaces'), granting('patch', 'namespaces', 'acme.test')),
});
