import { expect, test } from 'vitest';
import { clockOf } from '#local/panel/clock.ts';
import { concernedBy } from '#local/panel/concerned.ts';
import { bob } from '#test/build/people.ts';
import { activated, approved, grown, pending } from '#test/build/requests.ts';
import { contentRefOf, ingressTarget } from '#test/build/shop-ingress.ts';

test('a request that is pending concerns what it was asked for, if that names objects', () => {
  expect(concernedBy(pending())).toEqual([]);
  expect(concernedBy(pending({ content: contentRefOf() }))).toEqual([{ ...ingressTarget, why: 'asked' }]);
});

test('one that is active concerns what was made and what was changed, and nothing twice', () => {
  const made = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop-front', name: 'made', uid: 'u0' };
  const changed = { ...ingressTarget, uid: 'u1', op: 'update' as const };
  const active = grown(pending({ content: contentRefOf() }), approved, {
    ...activated,
    objects: [made],
    changed: [changed],
  });
  expect(concernedBy(active)).toEqual([
    { ...made, why: 'created' },
    { ...ingressTarget, uid: 'u1', why: 'changed' },
  ]);
});

test('what it deleted is told apart from what it changed', () => {
  const deleted = { ...ingressTarget, uid: 'u1', op: 'delete' as const };
  const active = grown(pending({ content: contentRefOf() }), approved, { ...activated, changed: [deleted] });
  expect(concernedBy(active)).toEqual([{ ...ingressTarget, uid: 'u1', why: 'deleted' }]);
});

test('a request in conflict waits for a person only until one has decided', () => {
  const active = grown(pending(), approved, activated);
  expect(clockOf(active)).toMatchObject({ type: 'ends' });
  const waiting = grown(active, { type: 'conflicted', conflicts: [], reverted: [] });
  expect(clockOf(waiting)).toMatchObject({ type: 'waits' });
  const settled = grown(waiting, { type: 'settled', by: bob, choice: 'keep', reason: 'theirs is right' });
  expect(clockOf(settled)).toMatchObject({ type: 'ends' });
});

test('what was done for good concerns what it changed', () => {
  const changed = { ...ingressTarget, uid: 'u1', op: 'update' as const };
  const done = grown(pending(), approved, { type: 'completed', changed: [changed] });
  expect(concernedBy(done)).toEqual([{ ...ingressTarget, uid: 'u1', why: 'changed' }]);
});
