import { expect, test } from 'vitest';
import { alice, bob, carol } from '#test/build/people.ts';
import { identityOf } from './identities.ts';
import type { Identity } from './people.ts';

const is = (person: Identity['person'], user: string): Identity => ({ person, kubernetes: { user, groups: ['dev'] } });
const map = [is(alice, 'alice@example.com'), is(bob, 'bob@example.com')];

test('a person is the Kubernetes user that the map says, with the groups', () => {
  expect(identityOf(map, alice)).toEqual({ ok: true, value: { user: 'alice@example.com', groups: ['dev'] } });
});

test('nobody whom the map does not name is anybody', () => {
  expect(identityOf(map, carol)).toEqual({ ok: false, error: { type: 'unmapped', person: carol, why: 'none' } });
  expect(identityOf([], alice).ok).toBe(false);
});

test.each(['alice@example.com', 'Alice@Example.COM'])('two people on one user are neither: %s', (user) => {
  const shared = [...map, is(carol, user)];
  expect(identityOf(shared, alice)).toMatchObject({ ok: false, error: { why: 'shared' } });
  expect(identityOf(shared, carol)).toMatchObject({ ok: false, error: { why: 'shared' } });
  expect(identityOf(shared, bob).ok).toBe(true);
});

test('a person who is there twice is nobody, the same user or not', () => {
  expect(identityOf([...map, is(alice, 'root')], alice)).toMatchObject({ ok: false, error: { why: 'shared' } });
  expect(identityOf([...map, is(alice, 'alice@example.com')], alice).ok).toBe(false);
});
