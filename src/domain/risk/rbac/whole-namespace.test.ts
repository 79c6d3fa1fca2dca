import { binding, group, made, ruleTest } from '#test/build/risk.ts';
import { rbacWholeNamespace } from './whole-namespace.ts';

ruleTest(rbacWholeNamespace, {
  hits: made(binding({ name: 'view' }, group('system:serviceaccounts:shop'))),
  misses: made(
    binding({ name: 'view' }, group('system:serviceaccounts')),
    binding({ name: 'view' }, { kind: 'User', name: 'system:serviceaccounts:shop' }),
  ),
});
