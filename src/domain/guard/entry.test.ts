import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '#domain/json.ts';
import { written } from '#test/build/held.ts';
import { anyJson } from '#test/build/objects.ts';
import { id } from '#test/build/people.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { type GuardEntry, type HeldEntry, readEntry, writeEntry } from './entry.ts';

const keys = createMemoryKeys();
const guard = keys.signer('guard');
const held: HeldEntry = {
  type: 'held',
  id: id(),
  cluster: 'prod',
  fingerprint: 'f00d',
  user: 'alice@example.com',
  operation: 'update',
  profile: 'ingresses',
  protection: 'shop',
  namespace: 'shop-front',
  name: 'shop',
  after: written as never,
  intent: { reason: 'checkout answers 502', ticket: 'OPS-12' },
};
const used: GuardEntry = {
  type: 'used',
  id: id(),
  operation: 'delete',
  target: { apiVersion: 'v1', kind: 'Service', namespace: 'shop-front', name: 'web' },
  risk: 'high',
};
const misused: GuardEntry = {
  ...used,
  type: 'misused',
  cluster: 'prod',
  risk: 'critical',
  findings: ['Introduces a snippet.'],
};
const read = (text: string, trust = keys.trust) => readEntry(text, trust)?.said;
const roundTrip = (entry: GuardEntry) => read(writeEntry(entry, guard));

/** Signed by the guard as it signs, whatever it says. */
const signed = (entry: Json, signer = guard, use = 'hallpass.dev/intake'): string =>
  JSON.stringify({ entry, key: signer.key, signature: signer.sign(canonical({ use, entry })) });
const plain = JSON.parse(JSON.stringify(held));

describe('what the guard leaves is read back', () => {
  test.each<[string, GuardEntry]>([
    ['a write that was held', held],
    ['one that breaks glass', { ...held, breakGlass: 'all is down' }],
    ['a deletion, without what it shall be', (({ after: _, ...rest }) => ({ ...rest, operation: 'delete' }))(held)],
    ['one that only scales', (({ after: _, ...rest }) => ({ ...rest, replicas: 0 }))(held)],
    ['one without an intent', { ...held, intent: {} }],
    ['the use of a grant', used],
    ['what was worse than its card', misused],
    ['the same without a word of why', { ...misused, findings: [] }],
    ['the use of one in no namespace', { ...used, target: { apiVersion: 'v1', kind: 'Node', name: 'n' } }],
  ])('%s', (_, entry) => {
    expect(roundTrip(entry)).toEqual(entry);
  });

  test('with texts that break lines, reorder or end them, and halves of characters', () => {
    for (const text of ['a\nb\r\n', '\u2028\u0085', '\u202egnp.exe', '\ud800', '\u0000', '"}]', '🙈'.repeat(9), 'é'])
      expect(roundTrip({ ...held, user: text, name: text, intent: { reason: text } })).toMatchObject({ user: text });
  });

  test('with keys that objects inherit, and empty lists and maps as they are', () => {
    const after = JSON.parse('{"constructor":{"toString":[]},"":[{}],"a":{"b":null},"hasOwnProperty":[[],{}]}');
    const entry = roundTrip({ ...held, after });
    expect(entry).toHaveProperty('after', after);
  });

  test('whatever its object has in it', () => {
    const named = anyJson.filter((json) => !JSON.stringify(json).includes('"__proto__"'));
    fc.assert(
      fc.property(named, (after) => {
        expect(roundTrip({ ...held, after: after as never })).toEqual({ ...held, after });
      }),
    );
  });

  test('in any spelling of its JSON, for the signature is over what it says', () => {
    const text = writeEntry(held, guard);
    expect(read(JSON.stringify(JSON.parse(text), null, 2))).toEqual(held);
    const { entry, key, signature } = JSON.parse(text);
    const turned = Object.fromEntries(Object.entries(entry).toReversed());
    expect(read(JSON.stringify({ signature, key, entry: turned }))).toEqual(held);
  });
});

describe('nothing is believed that', () => {
  test.each(['bot', 'worker'] as const)('the %s signed, by its own key or in the name of the guard', (author) => {
    const signer = keys.signer(author);
    expect(read(writeEntry(held, signer))).toBeUndefined();
    expect(read(writeEntry(held, { ...signer, author: 'guard' }))).toBeUndefined();
    expect(read(writeEntry(held, { ...signer, key: guard.key }))).toBeUndefined();
    expect(read(writeEntry(held, { ...guard, key: signer.key }))).toBeUndefined();
  });

  test('a guard of somebody else signed', () => {
    expect(read(writeEntry(held, createMemoryKeys().signer('guard')))).toBeUndefined();
    expect(read(writeEntry(held, guard), createMemoryKeys().trust)).toBeUndefined();
  });

  test('the guard signed for another use, or without one', () => {
    expect(read(signed(plain))).toEqual(held);
    expect(read(signed(plain, guard, 'hallpass.dev/pass'))).toBeUndefined();
    const signature = guard.sign(canonical(plain));
    expect(read(JSON.stringify({ entry: plain, key: guard.key, signature }))).toBeUndefined();
  });

  test.each<[string, Json]>([
    ['id', 'abcd-ef'],
    ['cluster', 'dev'],
    ['fingerprint', 'beef'],
    ['user', 'mallory@example.com'],
    ['operation', 'create'],
    ['profile', 'services'],
    ['protection', 'bank'],
    ['namespace', 'bank'],
    ['name', 'shop2'],
    ['after', { ...plain.after, kind: 'Secret' }],
    ['intent', { reason: 'another', ticket: 'OPS-12' }],
    ['replicas', 3],
    ['breakGlass', 'all is down'],
    ['type', 'used'],
    ['more', true],
  ])('was edited in its %s', (field, value) => {
    const stored = JSON.parse(writeEntry(held, guard));
    expect(read(JSON.stringify({ ...stored, entry: { ...stored.entry, [field]: value } }))).toBeUndefined();
    const { [field]: before, ...without } = stored.entry;
    if (before !== undefined) expect(read(JSON.stringify({ ...stored, entry: without }))).toBeUndefined();
  });

  test('was edited in any one place of its text', () => {
    const text = writeEntry(held, guard);
    const edits = fc.record({ at: fc.nat(text.length), by: fc.string({ maxLength: 2, unit: 'binary' }) });
    fc.assert(
      fc.property(edits, ({ at, by }) => {
        const edited = text.slice(0, at) + by + text.slice(at + 1);
        // White space between the parts says nothing.
        expect([held, undefined]).toContainEqual(read(edited));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, string]>([
    ['is nothing', ''],
    ['is no JSON', '{'],
    ['is null', 'null'],
    ['is a list', '[]'],
    ['is a text', '"held"'],
    ['is empty', '{}'],
    ['has no entry', JSON.stringify({ key: guard.key, signature: guard.sign('') })],
    ['has a key that is no text', JSON.stringify({ entry: plain, key: 7, signature: guard.sign('') })],
    ['has no signature', JSON.stringify({ entry: plain, key: guard.key, signature: '' })],
    ['has a field more', JSON.stringify({ ...JSON.parse(writeEntry(held, guard)), more: 1 })],
    [
      'is nested without end',
      `{"entry":${'['.repeat(100_000)}${']'.repeat(100_000)},"key":"${guard.key}","signature":"${guard.sign('')}"}`,
    ],
  ])('%s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test.each<[string, Json]>([
    ['is of no type that is known', { ...plain, type: 'approved' }],
    ['has a field that is not known', { ...plain, approved: true }],
    ['has an intent that is not known', { ...plain, intent: { approve: 'yes' } }],
    ['has an id that is none', { ...plain, id: 'K7M2-QX' }],
    ['has an operation that is none', { ...plain, operation: 'connect' }],
    ['has a user that is no text', { ...plain, user: ['alice'] }],
    ['has less than none of something', { ...plain, replicas: -1 }],
    ['has a risk that is none', { ...used, risk: 'fine' } as Json],
    ['names an object by its uid', { ...used, target: { apiVersion: 'v1', kind: 'A', name: 'b', uid: 'u' } } as Json],
    ['is no object', 'held'],
    ['is null', null],
  ])('%s, though the guard signed it', (_, entry) => {
    expect(read(signed(entry))).toBeUndefined();
  });
});
