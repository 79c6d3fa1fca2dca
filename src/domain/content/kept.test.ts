import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { twoStates } from '#test/build/objects.ts';
import { notKept } from './kept.ts';

const deployment = (spec: Json, more: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec,
  ...more,
});
const pod = (container: object): Json => ({ template: { spec: { containers: [{ name: 'web', ...container }] } } });

test('a field that the API server left out is named by its place', () => {
  const made = deployment(pod({ image: 'a' }));
  expect(notKept(deployment(pod({ image: 'a', imagePullPolic: 'Always' })), made, undefined)).toBe(
    'spec.template.spec.containers[0].imagePullPolic',
  );
  expect(notKept(deployment(pod({ image: 'a' }), { extra: { deep: [true] } }), made, undefined)).toBe('extra');
});

test('what the API server adds, writes otherwise or may leave out is kept', () => {
  const made = deployment({ replicas: 1, limit: '1', ...(pod({ image: 'a', more: 1 }) as object) });
  const wanted = deployment({ limit: '1000m', paused: false, note: '', list: [{}], none: null, zero: 0 });
  expect(notKept(wanted, made, undefined)).toBeUndefined();
});

test('a field that was there before may go: the API server knows it', () => {
  const before = deployment({ type: 'ClusterIP', clusterIP: '10.0.0.1' });
  const wanted = deployment({ type: 'ExternalName', clusterIP: '10.0.0.1' });
  const made = deployment({ type: 'ExternalName' });
  expect(notKept(wanted, made, before)).toBeUndefined();
  expect(notKept(wanted, made, undefined)).toBe('spec.clusterIP');
});

test('what became of the items of a longer or shorter list is not guessed, and neither are metadata and status', () => {
  const wanted = deployment({ list: [{ odd: 1 }] }, { status: { odd: 1 } });
  const made = deployment({ list: [{}, {}] });
  expect(
    notKept({ ...wanted, metadata: { name: 'web', labels: { a: 'b' } } }, { ...made, metadata: { name: 'web' } }, made),
  ).toBeUndefined();
});

test('an object that was kept whole lacks nothing', () => {
  fc.assert(fc.property(twoStates, ([one, before]) => notKept(one, structuredClone(one), before) === undefined));
});
