import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyJson } from '#test/build/objects.ts';
import { firstPlaces, sayPath, sayPlaces, sayValue } from './say.ts';

test('a place reads as people write it', () => {
  const paths = { by: { path: '/x', pathType: 'Prefix' } };
  expect(sayPath(['spec', 'rules', { by: { host: 'shop.acme.test' } }, 'http', 'paths', paths, 'backend'])).toBe(
    'spec.rules[host=shop.acme.test].http.paths[path=/x,pathType=Prefix].backend',
  );
  expect(sayPath(['spec', 'rules', { by: {} }])).toBe('spec.rules[without key]');
  expect(sayPath(['metadata', 'annotations', 'nginx.ingress.kubernetes.io/rewrite-target'])).toBe(
    'metadata.annotations["nginx.ingress.kubernetes.io/rewrite-target"]',
  );
});

test('no key can pass for another place or hide what stands in it', () => {
  expect(sayPath(['a', 'b.c', '', 'd\n\u202e'])).toBe('a["b.c"][""]["d\\n\\u202e"]');
  expect(sayPath(['rules', { by: { host: 'a].b[c=d', path: '' } }])).toBe('rules[host="a].b[c=d",path=""]');
});

test('places are said one by one up to ten, and counted from there', () => {
  const edits = (count: number) => Array.from({ length: count }, (_, index) => ({ path: ['data', `key${index}`] }));
  expect(sayPlaces(edits(10)).at(-1)).toBe('data.key9');
  const many = sayPlaces(edits(14));
  expect(many.slice(9)).toEqual(['data.key9', 'and 4 more']);
  expect(firstPlaces(many, 3)).toEqual({ first: ['data.key0', 'data.key1', 'data.key2'], left: 11 });
  expect(firstPlaces(sayPlaces(edits(2)), 3)).toEqual({ first: ['data.key0', 'data.key1'], left: 0 });
  expect(firstPlaces(sayPlaces([{ path: ['and 4 more'] }]), 3).left).toBe(0);
  expect(sayPlaces([{ path: [] }])).toEqual([]);
  expect(sayPlaces([{ path: ['x'.repeat(1_000)] }])[0]).toHaveLength(400);
});

test('a value is said in one line of visible characters, at most two hundred', () => {
  expect(sayValue('shop', 'Ingress')).toBe('shop');
  expect(sayValue('80', 'Ingress')).toBe('"80"');
  expect(sayValue(80, 'Ingress')).toBe('80');
  expect(sayValue({ b: ['x\u200b'], a: null }, 'Ingress')).toBe('{"a": null, "b": ["x\\u200b"]}');
  expect(sayValue('x'.repeat(1_000_000), 'Ingress')).toBe(`${'x'.repeat(199)}…`);
  fc.assert(
    fc.property(fc.oneof(anyJson, fc.string({ unit: 'binary', maxLength: 400 })), (value) => {
      expect(sayValue(value, 'Ingress')).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u);
    }),
  );
});

test('nothing and a text that says so are told apart', () => {
  expect(sayValue(undefined, 'Ingress')).toBe('(nothing)');
  expect(sayValue('(nothing)', 'Ingress')).toBe('"(nothing)"');
  expect(sayValue('', 'Ingress')).toBe('""');
});

test('nothing that is in a Secret is said, but that it is not there', () => {
  expect(sayValue('c2VzYW1l', 'Secret')).toBe('(hidden)');
  expect(sayValue({ data: { a: 'c2VzYW1l' } }, 'Secret')).toBe('(hidden)');
  expect(sayValue(undefined, 'Secret')).toBe('(nothing)');
});
