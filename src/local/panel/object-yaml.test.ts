import { expect, test } from 'vitest';
import { readLiveObject, yamlOf } from './object-yaml.ts';

const yaml = (body: unknown): string => {
  const live = readLiveObject(body);
  if (live === undefined) throw new Error('It was not read.');
  return yamlOf(live);
};
const metadata = { name: 'web', namespace: 'shop-front', uid: 'u1', managedFields: [{ manager: 'kubectl' }] };

test('an object is shown as YAML without its bookkeeping', () => {
  const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":"twice"}', owner: 'team-a' };
  const shown = yaml({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...metadata, annotations: applied },
    spec: { rules: [{ host: 'a.test' }] },
  });
  expect(shown).toBe(`apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  rules:
    - host: a.test
metadata:
  name: web
  namespace: shop-front
  uid: u1
  annotations:
    owner: team-a
`);
});

test('a Secret shows its keys and never a value, wherever it stands', () => {
  const shown = yaml({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, annotations: { note: 'hunter2' } },
    type: 'Opaque',
    data: { password: 'aHVudGVyMg==' },
    stringData: { password: 'hunter2' },
  });
  expect(shown).toContain('password: ••••••');
  expect(shown).not.toMatch(/hunter2|aHVudGVyMg/);
});

test('what is no object is not read', () => {
  expect(readLiveObject({ kind: 'Status', status: 'Failure' })).toBeUndefined();
  expect(readLiveObject('unauthorized')).toBeUndefined();
});
