import { expect, test } from 'vitest';
import { binding } from '#test/build/risk.ts';
import { subjectsOf } from './rbac.ts';

test('whoever is bound is told in a few words, however long what somebody wrote there', () => {
  const subjects = subjectsOf(binding({ name: 'view' }, { kind: 'k'.repeat(9_000), name: 'n'.repeat(9_000) }));
  expect(subjects.map(({ says }) => says.length < 200)).toEqual([true]);
});
