import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { person } from '#test/build/people.ts';
import { identityIn } from './identities.ts';
import { type IdentityTemplate, mayBeOfSystem, userFor } from './identity-template.ts';
import type { Identity } from './people.ts';

const template: IdentityTemplate = { domain: 'acme.test', user: '{local}@acme.test', groups: ['dev'], never: ['desk'] };
const userOf = (address: string, changed: Partial<IdentityTemplate> = {}) =>
  userFor({ ...template, ...changed }, address)?.user;

test.each([
  ['alice@acme.test', 'alice@acme.test'],
  ['Alice.Ahmed@ACME.test', 'alice.ahmed@acme.test'],
  ['a-b_c.d2@acme.test', 'a-b_c.d2@acme.test'],
])('%s is %s', (address, user) => {
  expect(userFor(template, address)).toEqual({ user, groups: ['dev'] });
});

test('a user need not be an address', () => {
  expect(userOf('alice@acme.test', { user: 'oidc:{local}' })).toBe('oidc:alice');
});

describe('nobody follows from', () => {
  test.each([
    ['another domain', 'alice@evil.test'],
    ['a subdomain', 'alice@mail.acme.test'],
    ['a domain that ends in the same', 'alice@notacme.test'],
    ['a domain that goes on', 'alice@acme.test.evil.test'],
    ['a dot behind the domain', 'alice@acme.test.'],
    ['no domain', 'alice'],
    ['nobody', '@acme.test'],
    ['nothing', ''],
    ['two of them', 'alice@acme.test@acme.test'],
    ['an address in another', '"alice@acme.test"@evil.test'],
    ['a quoted one', '"alice"@acme.test'],
    ['a plus alias', 'alice+bob@acme.test'],
    ['a group of Kubernetes', 'system:masters@acme.test'],
    ['a slash', 'a/b@acme.test'],
    ['white space', ' alice@acme.test'],
    ['a line end', 'alice@acme.test\n'],
    ['a letter that looks like another', 'аlice@acme.test'],
    ['a letter that becomes another when made small', '\u212Aate@acme.test'],
    ['a zero-width letter', 'ali\u200Bce@acme.test'],
    ['a percent sign', 'alice%evil.test@acme.test'],
    ['dots at its ends', '.alice@acme.test'],
    ['two dots', 'al..ice@acme.test'],
    ['braces', '{local}@acme.test'],
    ['a replacement', '$&@acme.test'],
    ['what is too long', `${'a'.repeat(65)}@acme.test`],
    ['a mailbox of several people', 'root@acme.test'],
    ['the same in capitals', 'OPS@acme.test'],
    ['one that the policy names', 'Desk@acme.test'],
  ])('%s', (_, address) => {
    expect(userOf(address)).toBeUndefined();
  });

  test('what would be a name of Kubernetes itself', () => {
    expect(userOf('system@acme.test', { user: '{local}:admin' })).toBeUndefined();
    expect(userOf('tem@acme.test', { user: 'sys{local}:admin' })).toBeUndefined();
  });
});

test.each([
  ['{local}:x', true],
  ['sys{local}:x', true],
  ['system:{local}', true],
  ['system{local}:x', true],
  ['{local}@acme.test', false],
  ['oidc:{local}', false],
  ['oidc:{local}:x', false],
  ['acme:{local}@acme.test', false],
])('whether %s may become one of Kubernetes’ own: %s', (user, may) => {
  expect(mayBeOfSystem(user)).toBe(may);
});

const address = fc.oneof(
  fc.emailAddress(),
  fc.string({ unit: 'binary', maxLength: 30 }).map((local) => `${local}@acme.test`),
  fc.stringMatching(/^[A-Ca-c.+:"-]{1,4}@(acme|ACME)\.test$/),
);

test('no address makes a name of Kubernetes itself, or one of another form', () => {
  const users = fc.constantFrom('{local}@acme.test', 'oidc:{local}', '{local}:x', 'sys{local}:x', '{local}');
  fc.assert(
    fc.property(address, users, (of, user) => {
      const made = userOf(of, { user });
      if (made === undefined) return;
      expect(made).not.toMatch(/^system:/);
      expect(made).toMatch(new RegExp(`^${user.replace('{local}', '[a-z0-9]+([._-][a-z0-9]+)*')}$`));
    }),
    { numRuns: 500 },
  );
});

test('no two people are one user, whatever lines there are and whatever their addresses, each of which one person has', () => {
  const people = ['ann', 'ben', 'cat', 'dee'].map(person);
  const names = fc.constantFrom('a@acme.test', 'A@acme.test', 'b@acme.test', 'c@acme.test');
  const lines = fc.array(fc.record({ person: fc.constantFrom(...people), user: names }), { maxLength: 3 });
  const addresses = fc.uniqueArray(fc.constantFrom('a', 'A', 'b', 'c', 'C', 'a.b'), {
    minLength: 4,
    maxLength: 4,
    selector: (local) => local.toLowerCase(),
  });
  fc.assert(
    fc.property(lines, addresses, (said, locals) => {
      const identities: Identity[] = said.map((one) => ({
        person: one.person,
        kubernetes: { user: one.user, groups: [] },
      }));
      const users = people.flatMap((one, index) => {
        const found = identityIn({ identities, identityTemplate: template }, one, `${locals[index]}@acme.test`);
        return found.ok ? [found.value.user.toLowerCase()] : [];
      });
      expect(new Set(users).size).toBe(users.length);
    }),
    { numRuns: 500 },
  );
});
