import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { anyJson, twoStates } from '#test/build/objects.ts';
import { pathEdit } from './comparison.ts';
import { deltaOf } from './delta.ts';
import { moveEdits } from './restore.ts';

const ingress = (rules: Json, metadata: object = {}): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', ...metadata },
  spec: { rules },
});
const route = (path: string, name: string): Json => ({ path, pathType: 'Prefix', backend: { service: { name } } });
const rule = (host: string | undefined, ...paths: Json[]): Json => ({
  ...(host === undefined ? {} : { host }),
  http: { paths },
});

test('a delta applied to the state before makes exactly the state after', () => {
  fc.assert(
    fc.property(twoStates, ([before, after]) => {
      const { content, conflicts } = moveEdits(before, deltaOf(before, after), 'forth');
      expect(conflicts).toEqual([]);
      expect(canonical(content)).toBe(canonical(after));
    }),
    { numRuns: 2_000 },
  );
});

test('the same states have no delta, whatever they are', () => {
  fc.assert(fc.property(anyJson, (state) => deltaOf(state, structuredClone(state)).length === 0));
});

test('no edit is within another, and none says the same twice', () => {
  fc.assert(
    fc.property(twoStates, ([before, after]) => {
      const paths = deltaOf(before, after).map(({ path }) => path.map((step) => canonical(step)));
      for (const [index, path] of paths.entries())
        for (const other of paths.toSpliced(index, 1)) expect(other.slice(0, path.length)).not.toEqual(path);
    }),
  );
});

test('the order of keys changes nothing', () => {
  const one = { metadata: { b: 1, a: 1 }, spec: { z: 1, y: 1 } };
  const other = { spec: { y: 2, z: 2 }, metadata: { a: 2, b: 2 } };
  const turned = { spec: { z: 2, y: 2 }, metadata: { b: 2, a: 2 } };
  expect(deltaOf(one, other)).toEqual(deltaOf(one, turned));
  expect(deltaOf(one, other).map(({ path }) => path.join('.'))).toEqual([
    'metadata.a',
    'metadata.b',
    'spec.y',
    'spec.z',
  ]);
});

test('rules of an Ingress are told apart by host, paths by path and type, and a rule for all hosts is one of its own', () => {
  const before = ingress([rule('a.test', route('/', 'a'), route('/x', 'x')), rule(undefined, route('/', 'rest'))]);
  const after = ingress([
    rule('new.test', route('/', 'n')),
    rule('a.test', route('/', 'b'), route('/x', 'x')),
    rule(undefined, route('/', 'other')),
  ]);
  const root = { by: { path: '/', pathType: 'Prefix' } };
  const to = (name: string) => ({ service: { name } });
  expect(deltaOf(before, after)).toEqual([
    {
      path: ['spec', 'rules', { by: { host: 'a.test' } }, 'http', 'paths', root, 'backend'],
      before: to('a'),
      after: to('b'),
    },
    {
      path: ['spec', 'rules', { by: {} }, 'http', 'paths', root, 'backend'],
      before: to('rest'),
      after: to('other'),
    },
    { path: ['spec', 'rules', { by: { host: 'new.test' } }], after: rule('new.test', route('/', 'n')), at: 0 },
  ]);
});

test('a list in which a key is there twice is one value, and so is one whose common items changed their order', () => {
  const twice = ingress([rule('a.test'), rule('a.test')]);
  const once = ingress([rule('a.test')]);
  expect(deltaOf(twice, once).map(({ path }) => path)).toEqual([['spec', 'rules']]);
  const turned = deltaOf(ingress([rule('a.test'), rule('b.test')]), ingress([rule('b.test'), rule('a.test')]));
  expect(turned.map(({ path }) => path)).toEqual([['spec', 'rules']]);
});

test('a list of which nobody said how its items are told apart is one value', () => {
  const before = { kind: 'HTTPRoute', spec: { rules: [{ host: 'a' }] } };
  expect(deltaOf(before, { kind: 'HTTPRoute', spec: { rules: [{ host: 'b' }] } }).map(({ path }) => path)).toEqual([
    ['spec', 'rules'],
  ]);
});

test('an environment variable of a container is a place of its own, however deep the template', () => {
  const job = (value: string) => ({
    kind: 'CronJob',
    spec: {
      jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', env: [{ name: 'X', value }] }] } } } },
    },
  });
  const [edit] = deltaOf(job('1'), job('2'));
  expect(edit?.path.slice(-5)).toEqual(['containers', { by: { name: 'a' } }, 'env', { by: { name: 'X' } }, 'value']);
});

test('ports are told apart by number and protocol', () => {
  const service = (...ports: Json[]) => ({ kind: 'Service', spec: { ports } });
  const udp = { port: 53, protocol: 'UDP', targetPort: 1 };
  const delta = deltaOf(service({ port: 53, protocol: 'TCP' }, udp), service({ port: 53, protocol: 'TCP' }));
  expect(delta).toEqual([{ path: ['spec', 'ports', { by: { port: '53', protocol: 'UDP' } }], before: udp, at: 1 }]);
});

test('the first annotation is a place of its own, so that later ones of others do not touch it', () => {
  expect(deltaOf(ingress([]), ingress([], { annotations: { 'a/b': 'c' } }))).toEqual([
    { path: ['metadata', 'annotations', 'a/b'], after: 'c' },
  ]);
});

test('null is a value, and not absence', () => {
  expect(deltaOf({ spec: { a: null } }, { spec: {} })).toEqual([{ path: ['spec', 'a'], before: null }]);
  expect(deltaOf({ spec: {} }, { spec: { a: null } })).toEqual([{ path: ['spec', 'a'], after: null }]);
});

test('edits that were written down are the same when they are read again', () => {
  fc.assert(
    fc.property(twoStates, ([before, after]) => {
      for (const edit of deltaOf(before, after)) {
        const text = JSON.stringify(edit);
        expect(JSON.stringify(pathEdit.parse(JSON.parse(text)))).toBe(text);
      }
    }),
  );
  const odd = '{"path":["data"],"before":{"__proto__":"a"}}';
  expect(JSON.stringify(pathEdit.parse(JSON.parse(odd)))).toBe(odd);
  expect(pathEdit.safeParse({ path: [], after: Number.NaN }).success).toBe(false);
});
