import { describe, expect, test } from 'vitest';
import { compareStates } from '#domain/content/compare.ts';
import type { Manifest } from '#domain/plan.ts';
import { mark, markBy } from '#test/build/marks.ts';
import { veilSecret, veilWrite } from './veil.ts';

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

  test('has its type and labels as they are, whatever its values are', () => {
    const [label, type] = ['pci-4711', 'kubernetes.io/service-account-token'];
    const account = { 'kubernetes.io/service-account.name': 'admin-7' };
    const values = { a: label, b: type, c: 'admin-7' };
    const all = veiled(secret(values, { labels: { tier: label }, annotations: account }, { type }));
    expect(all).toMatchObject({ type, metadata: { labels: { tier: label }, annotations: account } });
  });

  test.each([
    'kubernetes.io/change-cause',
    'openshift.io/token-secret.value',
    'kapp.k14s.io/original',
    'objectset.rio.cattle.io/applied',
    'acme.test/last-applied',
  ])('has nothing of what tools keep in "%s"', (key) => {
    const noted = veiled(secret({ password: 'hunter22' }, { annotations: { [key]: 'a password', plain: 'seen' } }));
    expect(noted.metadata.annotations?.[key]).toMatch(/^veiled:10:/);
    expect(noted.metadata.annotations?.plain).toBe('seen');
  });

  test('has no annotation that repeated a value before anybody guarded', () => {
    const notes = { note: 'it was hunter22 once', odd: `veiled:3:${'0'.repeat(64)}`, packed: 'x'.repeat(129) };
    const { annotations } = veiled(secret({ password: 'hunter22' }, { annotations: notes })).metadata;
    for (const text of Object.values(annotations ?? {})) expect(text).toMatch(/^veiled:\d+:/);
    expect(annotations?.odd).not.toBe(notes.odd);
  });

  test('has nothing of what kubectl remembers, nor of who owns which field', () => {
    const copied = { [lastApplied]: '{"stringData":{"password":"another-one"}}' };
    const { metadata } = veiled(secret({ password: 'hunter22' }, { annotations: copied, managedFields: [{}] }));
    expect(metadata).toEqual({ name: 'db', namespace: 'shop', annotations: {} });
  });

  test('shows no annotation where to look for its values in all of them would take too long', () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `key-${index}=value-${index}`).join('\n');
    const annotations = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`a${index}`, `b${index}`]));
    const all = veiled(secret({ env: lines, blank: `${' '.repeat(500_000)}x` }, { annotations }));
    expect(Object.values(all.metadata.annotations ?? {}).every((text) => text.startsWith('veiled:'))).toBe(true);
  });

  test('is the same beside whatever it is written to', () => {
    // More values than anybody looks through, and nothing that could repeat one.
    const lines = Array.from({ length: 50_000 }, (_, index) => `value-${index}`).join('\n');
    const before = secret({ lines }, { annotations: { a: 'b1' }, labels: null });
    const after = secret({}, { annotations: { a: 'b1', longer: 'some words' }, labels: { team: 'another-1' } });
    const { annotations } = veiled(before).metadata;
    expect(annotations).toEqual({ a: 'b1' });
    const sort = { uid: '1', operation: 'delete', group: '', version: 'v1', resource: 'secrets' } as const;
    const by = { name: 'db', namespace: 'shop', user: 'alice', groups: [], dryRun: false };
    const answer = veilWrite('prod', { ...sort, ...by, before, after: undefined }, mark);
    expect(answer).toMatchObject({ value: { before: { metadata: { annotations } } } });
    expect(veilWrite('prod', { ...sort, ...by, before, after }, mark).ok).toBe(false);
  });

  test('of thousands of keys is one value', () => {
    const keys = Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`k${index}`, 'hunter22']));
    expect(veiled(secret(keys)).data).toMatch(/^veiled:/);
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
