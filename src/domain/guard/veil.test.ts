import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareStates } from '#domain/content/compare.ts';
import type { Manifest } from '#domain/plan.ts';
import { mark, markBy } from '#test/build/marks.ts';
import { veilSecret, veilWrite } from './veil.ts';
import type { Write } from './write.ts';

const base64 = (text: string): string => new TextEncoder().encode(text).toBase64();
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const secret = (values: Readonly<Record<string, string>>, metadata: object = {}, more: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop', ...metadata },
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(values).map(([key, text]) => [key, base64(text)])),
  ...more,
});
const veiled = (object: Manifest, cluster = 'prod', by = mark): Manifest => veilSecret(cluster, object, by);
const password = (object: Manifest, ...rest: [string?, typeof mark?]): unknown =>
  Reflect.get(Object(veiled(object, ...rest).data), 'password');
const textsOf = ({ metadata: { labels = {}, annotations = {} } }: Manifest) => ({ ...labels, ...annotations });

describe('a Secret without its values', () => {
  test('says how long each is, and the same of the same in the same place alone', () => {
    const one = password(secret({ password: 'hunter22' }));
    expect(one).toMatch(/^veiled:8:[0-9a-f]{64}$/);
    expect(password(secret({ password: 'hunter22', more: 'x' }, { labels: { a: 'b' } }))).toBe(one);
    expect(password(secret({ password: 'hunter23' }))).not.toBe(one);
    expect(password(secret({ password: 'hunter22' }, { name: 'other' }))).not.toBe(one);
    expect(password(secret({ password: 'hunter22' }, { namespace: 'bank' }))).not.toBe(one);
    expect(password(secret({ password: 'hunter22' }), 'staging')).not.toBe(one);
    expect(password(secret({ password: 'hunter22' }), 'prod', markBy('another'))).not.toBe(one);
    const twice = veiled(secret({ a: 'hunter22', b: 'hunter22' })).data;
    expect(Reflect.get(Object(twice), 'a')).not.toBe(Reflect.get(Object(twice), 'b'));
  });

  test('keeps what says which object it is, its type, labels and annotations', () => {
    const metadata = { uid: 'u', resourceVersion: '7', labels: { team: 'shop' }, annotations: { owner: 'Ann' } };
    const { data: _, ...rest } = veiled(secret({ password: 'hunter22' }, metadata, { immutable: true }));
    expect(rest).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'shop', ...metadata },
      type: 'Opaque',
      immutable: true,
    });
  });

  test('has none of its values in whatever form they come', () => {
    const odd = { a: { b: 'hunter22' }, c: ['hunter22'], d: 12_345_678 };
    for (const more of [{ data: odd }, { stringData: odd }, { data: 'hunter22' }, { token: 'hunter22' }])
      expect(JSON.stringify(veiled(secret({}, {}, more)))).not.toMatch(/hunter22|12345678/);
  });

  test.each<[string, string, string]>([
    ['a value', 'acme.test/note', 'it was hunter22 once'],
    ['a value in base64', 'acme.test/note', `{"password":"${base64('hunter22')}"}`],
    ['a value as JSON has it', 'acme.test/note', '{"quoted":"say \\"hi\\" twice"}'],
    ['a line of a value', 'acme.test/note', 'see DB_PASS=sesame-street'],
    ['what a line sets', 'acme.test/note', 'sesame-street'],
    ['a short value by itself', 'acme.test/note', '--from-literal=pin=123'],
    ['what may be packed', 'acme.test/note', 'x'.repeat(201)],
    ['what tools have applied', 'kapp.k14s.io/original', '{}'],
    ['what others have applied', 'acme.test/last-applied', '{}'],
    ['what reads as if it were veiled', 'acme.test/note', `veiled:3:${'0'.repeat(64)}`],
  ])('has no annotation or label with %s', (_, key, text) => {
    const values = {
      password: 'hunter22\n',
      quoted: 'say "hi" twice',
      env: 'DB_USER=shop\nDB_PASS=sesame-street\n',
      pin: '123',
    };
    const noted = veiled(secret(values, { annotations: { [key]: text, plain: '1234' }, labels: { [key]: text } }));
    expect(noted.metadata.annotations?.[key]).toMatch(new RegExp(`^veiled:${text.length}:`));
    expect(noted.metadata.labels?.[key]).toMatch(/^veiled:/);
    expect(noted.metadata.annotations?.plain).toBe('1234');
  });

  test('has nothing of what kubectl remembers, nor of who owns which field', () => {
    const copied = { [lastApplied]: '{"stringData":{"password":"another-one"}}' };
    const { metadata } = veiled(secret({ password: 'hunter22' }, { annotations: copied, managedFields: [{}] }));
    expect(metadata).toEqual({ name: 'db', namespace: 'shop', annotations: {} });
  });

  test('whatever its values are, and whoever repeats them', () => {
    const value = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }).filter((text) => text.trim().length > 7);
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (text, before, behind) => {
        const note = `${before}${text.trim()}${behind}`;
        const all = veiled(secret({ one: text }, { annotations: { note, coded: base64(text.trim()) } }));
        expect(Object.values(textsOf(all)).join('\n')).not.toContain(text.trim());
        expect(JSON.stringify(all)).not.toContain(base64(text).replace(/=+$/, ''));
      }),
    );
  });

  test('shows no annotation where to look for its values in all of them would take too long', () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `key-${index}=value-${index}`).join('\n');
    const annotations = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`a${index}`, `b${index}`]));
    const all = veiled(secret({ env: lines, blank: `${' '.repeat(500_000)}x` }, { annotations }));
    expect(Object.values(all.metadata.annotations ?? {}).every((text) => text.startsWith('veiled:'))).toBe(true);
  });

  test('is shown like a Secret whose values are only hidden', () => {
    const [was, is] = [secret({ kept: 'a', password: 'hunter2' }), secret({ kept: 'a', password: 'hunter22' })];
    const shown = (one: Manifest | undefined, other: Manifest | undefined) =>
      compareStates(one, other, (text) => String(text.length)).diff;
    expect(shown(veiled(was), veiled(is))).toBe(shown(was, is));
    expect(shown(veiled(was), undefined)).toBe(shown(was, undefined));
    const noted = veiled(secret({ password: 'hunter22' }, { annotations: { note: 'hunter22' } }));
    expect(shown(undefined, noted)).toContain('note: "(hidden, 8 bytes)"');
  });

  test('is the same object, if it is none', () => {
    const map: Manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'db' }, data: { a: 'b' } };
    expect(veiled(map)).toBe(map);
  });
});

describe('a write to a Secret', () => {
  const write = (before: Manifest | undefined, after: Manifest | undefined): Write => ({
    uid: '1',
    operation: 'update',
    group: '',
    version: 'v1',
    resource: 'secrets',
    namespace: 'shop',
    name: 'db',
    user: 'alice',
    groups: [],
    before,
    after,
    dryRun: false,
  });
  const noted = (value: string, note: string): Manifest => secret({ password: value }, { annotations: { note } });

  test('is veiled before and after', () => {
    const [before, after] = [secret({ password: 'hunter22' }), secret({ password: 'hunter23' })];
    expect(veilWrite('prod', write(before, after), mark)).toEqual({
      ok: true,
      value: write(veiled(before), veiled(after)),
    });
    expect(veilWrite('prod', write(undefined, after), mark)).toMatchObject({ value: { before: undefined } });
  });

  test('cannot be shown where something repeats a value of the other state', () => {
    const why = '"note" on it repeats a value that the Secret has or had. Take that off in a write of its own first';
    for (const [before, after] of [
      [noted('hunter22', ''), noted('hunter23', 'was hunter22')],
      [noted('hunter22', 'next hunter23'), noted('hunter23', '')],
      [noted('hunt3r', ''), noted('hunt3s', '--from-literal=password=hunt3r')],
    ])
      expect(veilWrite('prod', write(before, after), mark)).toEqual({ ok: false, error: why });
    // As an environment's name may stand in a value and in a label: a word like others.
    for (const word of ['staging', '8080'])
      expect(veilWrite('prod', write(noted(word, ''), noted('prod', word)), mark).ok).toBe(true);
  });

  test('cannot be shown without a key, nor if the object is something else', () => {
    const one = secret({ password: 'hunter22' });
    expect(veilWrite('prod', write(one, one), undefined)).toMatchObject({ error: expect.stringContaining('no key') });
    const other = { ...one, kind: 'Thing' };
    expect(veilWrite('prod', write(one, other), mark)).toEqual({ ok: false, error: 'it is no Secret of version v1' });
  });
});
