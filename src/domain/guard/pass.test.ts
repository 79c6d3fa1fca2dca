import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { later } from '#test/build/requests.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { type Pass, passName, passObject, readPass } from './pass.ts';

const keys = createMemoryKeys();
const fingerprint = keys.trust.digest('a write');
const pass: Pass = { cluster: 'prod', fingerprint, until: later(1) };
const object = passObject('hallpass-markers', pass, keys.signer('worker'));
const read = (one: Manifest, cluster = 'prod', trust = keys.trust) => readPass(cluster, one, trust);
const annotated = (annotations: unknown): Manifest =>
  ({ ...object, metadata: { ...object.metadata, annotations } }) as Manifest;
const { annotations = {} } = object.metadata;
const names = Object.keys(annotations);

describe('a pass', () => {
  test('is read back as the worker wrote it, also when its time is over', () => {
    expect(read(object)).toEqual(pass);
    const old = { ...pass, until: later(-999) };
    expect(read(passObject('hallpass-markers', old, keys.signer('worker')))).toEqual(old);
  });

  test('is an object of Hallpass’s own with a name that Kubernetes takes, another one for each write', () => {
    expect(object).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: passName(fingerprint), namespace: 'hallpass-markers' },
    });
    expect(object.metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(passName(keys.trust.digest('another write'))).not.toBe(object.metadata.name);
  });

  test('counts for its own cluster, and by keys that are trusted', () => {
    expect(read(object, 'dev')).toBeUndefined();
    expect(read(object, '')).toBeUndefined();
    expect(read(object, 'prod', createMemoryKeys().trust)).toBeUndefined();
  });

  test.each(['bot', 'guard'] as const)('that the %s signed is none', (author) => {
    const signer = keys.signer(author);
    expect(read(passObject('hallpass-markers', pass, signer))).toBeUndefined();
    expect(read(passObject('hallpass-markers', pass, { ...signer, author: 'worker' }))).toBeUndefined();
    const named = { ...signer, key: keys.signer('worker').key };
    expect(read(passObject('hallpass-markers', pass, named))).toBeUndefined();
  });

  test('is none with the signature of another one', () => {
    const later5 = { ...pass, until: later(5) };
    const otherWrite = { ...pass, fingerprint: keys.trust.digest('another write') };
    const otherCluster = { ...pass, cluster: 'dev' };
    for (const other of [later5, otherWrite, otherCluster]) {
      const { 'hallpass.dev/signature': signature } =
        passObject('hallpass-markers', other, keys.signer('worker')).metadata.annotations ?? {};
      expect(read(annotated({ ...annotations, 'hallpass.dev/signature': signature }))).toBeUndefined();
    }
  });

  test('is none with a signature of the worker’s under something else', () => {
    const signature = keys.signer('worker').sign('anything');
    expect(read(annotated({ ...annotations, 'hallpass.dev/signature': signature }))).toBeUndefined();
  });

  test.each(names)('without its %s, or with another one, is none', (name) => {
    const { [name]: value = '', ...rest } = annotations;
    expect(read(annotated(rest))).toBeUndefined();
    for (const other of ['', `${value} `, `${value}A`, value.slice(1), value.toUpperCase(), null, 7, [value], {}]) {
      if (other !== value) expect(read(annotated({ ...rest, [name]: other }))).toBeUndefined();
    }
  });

  test.each([undefined, null, 'text', 7, [], {}, [annotations], JSON.parse('{"__proto__":{}}')])(
    'is not found in annotations that are %j',
    (garbage) => {
      expect(read(annotated(garbage))).toBeUndefined();
    },
  );

  test('is none of a time that is no instant', () => {
    for (const until of ['tomorrow', '2026-11-20', '2026-11-20T12:01:00', '1795000000', 'Infinity'])
      expect(read(annotated({ ...annotations, 'hallpass.dev/pass-until': until }))).toBeUndefined();
  });

  test('never becomes another one, whatever one character is put in the place of another', () => {
    const edits = fc.record({ name: fc.constantFrom(...names), at: fc.nat(), by: fc.string({ maxLength: 2 }) });
    fc.assert(
      fc.property(edits, ({ name, at, by }) => {
        const value = annotations[name] ?? '';
        const index = at % (value.length + 1);
        const edited = value.slice(0, index) + by + value.slice(index + 1);
        // An instant may be spelled in several ways.
        expect([pass, undefined]).toContainEqual(read(annotated({ ...annotations, [name]: edited })));
      }),
      { numRuns: 500 },
    );
  });

  test('stays one whatever else is written beside it', () => {
    const beside = annotated({ ...annotations, 'hallpass.dev/more': 'x', 'example.com/owner': 'shop' });
    expect(read({ ...beside, data: { a: 'b' } })).toEqual(pass);
  });
});
