import { expect, test } from 'vitest';
import { alice, bob } from '#test/build/people.ts';
import { knownUser } from './known-users.ts';

const line = (person: typeof alice, user: string) => ({ person, kubernetes: { user, groups: [] } });

test('a user is whose line it stands on, letter by letter, and nobody else', () => {
  const lines = [line(alice, 'alice@example.com'), line(bob, 'bob@example.com')];
  const identity = { user: 'alice@example.com', groups: [] };
  expect(knownUser(lines, 'alice@example.com')).toEqual({ person: alice, identity });
  expect(knownUser(lines, 'alice@example.com')).toEqual({ person: alice, identity });
  expect(knownUser(lines, 'bob@example.com')).toMatchObject({ person: bob });
  for (const user of ['Alice@example.com', 'toString', '__proto__', '']) expect(knownUser(lines, user)).toBeUndefined();
});

test('a user that is another’s too, or of somebody with two, is nobody’s identity; the first line says whose it is', () => {
  const lines = [line(alice, 'one'), line(bob, 'one'), line(bob, 'two')];
  expect(knownUser(lines, 'one')).toEqual({ person: alice, identity: undefined });
  expect(knownUser(lines, 'two')).toEqual({ person: bob, identity: undefined });
});

test('other lines are read anew', () => {
  const user = 'somebody@example.com';
  expect(knownUser([line(alice, user)], user)).toMatchObject({ person: alice });
  expect(knownUser([line(bob, user)], user)).toMatchObject({ person: bob });
  expect(knownUser([], user)).toBeUndefined();
});
