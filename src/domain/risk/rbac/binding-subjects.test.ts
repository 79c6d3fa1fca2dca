import { account, binding, group, ruleTest } from '#test/build/risk.ts';
import { rbacBindingSubjects } from './binding-subjects.ts';

ruleTest(rbacBindingSubjects, {
  hits: [
    [binding({ name: 'view' }, account('a')), binding({ name: 'view' }, account('b'), account('a'))],
    [binding({ name: 'view' }, account('a')), binding({ name: 'view' }, account('a', 'evil'))],
    [binding({ name: 'view' }, group('ops')), binding({ name: 'view' }, { kind: 'User', name: 'ops' })],
  ],
  misses: [
    [
      binding({ name: 'view' }, account('a'), group('ops')),
      binding({ name: 'view' }, { kind: 'Group', name: 'ops', namespace: 'shop' }, account('a')),
    ],
    [binding({ name: 'view' }, account('a'), account('b')), binding({ name: 'view' }, account('a'))],
    [undefined, binding({ name: 'view' }, account('a'))],
    [binding({ name: 'view' }, account('a')), undefined],
  ],
});
