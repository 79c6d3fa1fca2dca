import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { normalise } from './normalise.ts';

const policy = (spec: Manifest['spec'], metadata: object = {}): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'web', namespace: 'shop-front', ...metadata },
  spec,
});

test('what the API server writes down about an object is not its content', () => {
  const live: Manifest = {
    ...policy(
      {},
      {
        managedFields: [{ manager: 'kubectl' }],
        resourceVersion: '17',
        generation: 3,
        creationTimestamp: '2026-11-20T12:00:00Z',
        uid: 'u-1',
        selfLink: '/apis/…',
        deletionTimestamp: '2026-11-20T12:00:00Z',
        deletionGracePeriodSeconds: 30,
        generateName: 'web-',
      },
    ),
    status: { conditions: [] },
  };
  expect(normalise(live)).toEqual(policy({}));
});

test('labels, other annotations, finalizers, owners and unknown fields stay', () => {
  const metadata = {
    labels: { app: 'web' },
    annotations: { note: 'kept' },
    finalizers: ['acme.test/hold'],
    ownerReferences: [{ uid: 'u-2' }],
    future: { unknown: [] },
  };
  const object = { ...policy({ strange: null }, metadata), immutable: true };
  expect(normalise(object)).toEqual(object);
});

test('the copy that kubectl apply keeps is no content, and its map is gone with it', () => {
  const copy = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  expect(normalise(policy({}, { annotations: copy }))).toEqual(policy({}));
  expect(normalise(policy({}, { annotations: { ...copy, a: 'b' } }))).toEqual(policy({}, { annotations: { a: 'b' } }));
});

test('empty and absent labels are the same', () => {
  expect(normalise(policy({}, { labels: {}, annotations: null }))).toEqual(policy({}));
});

test('a rule that allows everything is not mistaken for none', () => {
  for (const spec of [{ ingress: [{}] }, { ingress: [] }, { podSelector: {}, ingress: [{ from: [{}] }] }])
    expect(normalise(policy(spec)).spec).toEqual(spec);
  const template = { template: { metadata: { annotations: {}, creationTimestamp: null }, status: {} } };
  expect(normalise(policy(template)).spec).toEqual(template);
});

test('an object is not changed by looking at it, and once normalised stays as it is', () => {
  const object = policy({}, { uid: 'u', annotations: { a: 'b' } });
  const copy = structuredClone(object);
  const once = normalise(object);
  expect(object).toEqual(copy);
  expect(normalise(once)).toEqual(once);
});

test('a key named __proto__ stays a key', () => {
  const object: Manifest = JSON.parse(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"__proto__":"x"}},"__proto__":{"y":1}}',
  );
  expect(JSON.stringify(normalise(object))).toBe(JSON.stringify(object));
});
