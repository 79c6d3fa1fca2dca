import { expect, test } from 'vitest';
import { alice, bob, carol } from '#test/build/people.ts';
import { identityIn, identityOf, needsAddress } from './identities.ts';
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

const template = { domain: 'example.com', user: '{local}@example.com', groups: ['staff'], never: [] };
const mapping = { identities: map, identityTemplate: template };

test('who has a line is who it says, whatever their address', () => {
  expect(needsAddress(mapping, alice)).toBe(false);
  expect(identityIn(mapping, alice, 'mallory@example.com')).toEqual(identityOf(map, alice));
});

test('who has none is who follows from their address, and nobody without one', () => {
  expect(needsAddress(mapping, carol)).toBe(true);
  expect(identityIn(mapping, carol, 'carol@example.com')).toEqual({
    ok: true,
    value: { user: 'carol@example.com', groups: ['staff'] },
  });
  for (const address of [undefined, '', 'carol@evil.test'])
    expect(identityIn(mapping, carol, address)).toMatchObject({ error: { why: 'no-address' } });
});

test.each(['alice@example.com', 'ALICE@example.com'])(
  'what a line gives to somebody no address gives to another: %s',
  (address) => {
    expect(identityIn(mapping, carol, address)).toMatchObject({ ok: false, error: { why: 'shared' } });
  },
);

test('a line that is not theirs alone is not made good by an address', () => {
  const identities = [...map, is(carol, 'alice@example.com')];
  expect(identityIn({ identities, identityTemplate: template }, carol, 'carol@example.com')).toMatchObject({
    error: { why: 'shared' },
  });
});

test('without a template no address makes anybody anybody', () => {
  expect(needsAddress({ identities: map }, carol)).toBe(false);
  expect(identityIn({ identities: map }, carol, 'carol@example.com')).toMatchObject({ error: { why: 'none' } });
});
