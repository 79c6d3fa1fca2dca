import { account, binding, group, made, ruleTest } from '#test/build/risk.ts';
import { rbacEverybody } from './everybody.ts';

ruleTest(rbacEverybody, {
  hits: made(
    binding({ name: 'view' }, account('web'), group('system:authenticated')),
    binding({ name: 'view' }, group('system:unauthenticated')),
    binding({ name: 'view' }, group('system:masters')),
    binding({ name: 'view' }, group('system:serviceaccounts')),
    binding({ name: 'view' }, { kind: 'User', name: 'system:anonymous' }),
  ),
  misses: made(
    binding({ name: 'view' }, group('system:serviceaccounts:shop')),
    binding({ name: 'view' }, { kind: 'User', name: 'system:masters' }),
    binding({ name: 'view' }, account('system:anonymous')),
    binding({ name: 'view' }, null, 'x', group('constructor')),
  ),
});
