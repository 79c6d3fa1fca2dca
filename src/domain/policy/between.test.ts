import { expect, test } from 'vitest';
import { matchIf } from '#test/build/conditions.ts';
import { alice, bob } from '#test/build/people.ts';
import { policy, rule } from '#test/build/policy.ts';
import { policyBetween } from './between.ts';

const before = policy({ rules: [rule({ name: 'shop' }), rule({ name: 'bank' })] });
const between = (changed: Parameters<typeof policy>[0]) =>
  policyBetween(before, policy({ rules: before.rules, ...changed }));

test('names what is new, gone and otherwise, of rules and of groups', () => {
  const rules = [rule({ name: 'shop', approve: [{ from: 'platform', count: 2 }] }), rule({ name: 'night' })];
  const groups = new Map([...before.groups, ['night', { type: 'people', people: [alice] }] as const]);
  expect(between({ rules, groups })).toEqual(['Rules new: night; gone: bank; otherwise: shop', 'Groups new: night']);
  groups.set('platform', { type: 'people', people: [bob] });
  expect(between({ groups })).toEqual(['Groups new: night; otherwise: platform']);
});

test('sees a condition that says something else, and rules in another order', () => {
  const limited = (text: string) => policy({ rules: [rule({ match: matchIf(text) })] });
  expect(policyBetween(limited('request.seconds < 60'), limited('request.seconds < 600'))).toEqual([
    'Rules otherwise: shop',
  ]);
  expect(between({ rules: before.rules.toReversed() })).toEqual(['Rules stand in another order']);
});

test('says where nothing of these is otherwise', () => {
  expect(between({ hash: 'another' })).toEqual([
    'Nothing of its rules, groups and protections: people, profiles or settings',
  ]);
});
