import { expect, test } from 'vitest';
import { changeable } from '#test/build/changes.ts';
import { change } from './change.ts';

const [ingresses] = changeable;
const problemsIn = (settings: unknown): readonly string[] => {
  const kind = change.configure(settings);
  return kind.ok ? [] : kind.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const withResource = (changed: object) => problemsIn({ resources: [{ ...ingresses, ...changed }] });

test('sorts of namespaced objects are read', () => {
  expect(problemsIn({ resources: changeable })).toEqual([]);
});

const core = { group: '', version: 'v1' };
test.each([
  ['Secrets', { ...core, resource: 'secrets', kind: 'Secret' }, 'the content of Secrets is not stored'],
  ['Secrets under another resource', { ...core, resource: 'things', kind: 'Secret' }, 'the content of Secrets'],
  ['Secrets under another kind', { ...core, resource: 'secrets', kind: 'Thing' }, 'the content of Secrets'],
  ['pods', { ...core, resource: 'pods', kind: 'Pod' }, 'change the workload'],
  ['nodes', { ...core, resource: 'nodes', kind: 'Node' }, 'reaches every pod'],
  ['ServiceAccounts', { ...core, resource: 'serviceaccounts', kind: 'ServiceAccount' }, 'stay valid'],
  ['namespaces', { ...core, resource: 'namespaces', kind: 'Namespace' }, 'belongs to the whole cluster'],
  ['ingress classes', { resource: 'ingressclasses', kind: 'IngressClass' }, 'belongs to the whole cluster'],
  ['volumes', { ...core, resource: 'persistentvolumes', kind: 'PersistentVolume' }, 'belongs to the whole cluster'],
  ['subresources', { resource: 'ingresses/status' }, 'it is a part of another object'],
  ['roles', { group: 'rbac.authorization.k8s.io', resource: 'roles', kind: 'Role' }, 'it gives rights'],
  ['webhooks', { group: 'admissionregistration.k8s.io', resource: 'hooks', kind: 'Hook' }, 'switch admission off'],
  ['API services', { group: 'apiregistration.k8s.io', resource: 'apiservices', kind: 'APIService' }, 'another server'],
  ['certificates', { group: 'certificates.k8s.io', resource: 'csrs', kind: 'Csr' }, 'stay valid'],
  [
    'token reviews',
    { group: 'authentication.k8s.io', resource: 'tokenreviews', kind: 'TokenReview' },
    'who somebody is',
  ],
  ['access reviews', { group: 'authorization.k8s.io', resource: 'reviews', kind: 'Review' }, 'not an object'],
])('%s are refused with the reason', (_, changed, why) => {
  const problems = withResource(changed);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^resources\.0\.resource: ".*" cannot be changed through Hallpass: /);
  expect(problems[0]).toContain(why);
});

const secrets = { name: 'secrets', title: 'Secrets', ...core, resource: 'secrets', kind: 'Secret' };
const withHeld = (changed: object) => problemsIn({ resources: [ingresses], held: [{ ...secrets, ...changed }] });

test('Secrets can be held, by the names alone by which it is known whose values must not be stored', () => {
  expect(withHeld({})).toEqual([]);
  for (const changed of [{ resource: 'things' }, { kind: 'Thing' }, { version: 'v2' }])
    expect(withHeld(changed)).toEqual([
      expect.stringContaining('Secrets are the resource "secrets" of version v1 and kind Secret'),
    ]);
  expect(withHeld({ resource: 'pods', kind: 'Pod' })).toEqual([
    expect.stringContaining('pods are made by controllers'),
  ]);
});

test.each([
  ['a wildcard of resources', { resource: '*' }, 'resource: not a resource'],
  ['a wildcard of groups', { group: '*' }, 'group: not an API group'],
  ['a version that is none', { version: '1' }, 'version: not a version'],
  ['a kind in lower case', { kind: 'ingress' }, 'kind: not a kind'],
  ['a name in capitals', { name: 'Ingresses' }, 'name: not a name'],
  ['no operations', { operations: [] }, 'operations: nothing may be done'],
  ['an operation that is none', { operations: ['patch'] }, 'operations.0: '],
  ['an operation twice', { operations: ['create', 'create'] }, 'operations: an operation is there twice'],
  ['a key that nobody knows', { verbs: ['get'] }, 'verbs: this key is not known here'],
])('%s is a problem at its place', (_, changed, problem) => {
  const problems = withResource(changed);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`resources.0.${problem}`);
});

test('a name that is there twice is a problem at the second', () => {
  expect(problemsIn({ resources: [ingresses, { ...changeable[1], name: 'ingresses' }] })).toEqual([
    'resources.1.name: resource "ingresses" is there twice; give each its own name',
  ]);
});

test('a sort under two names, for which two rules would speak, is a problem at the second', () => {
  expect(problemsIn({ resources: [ingresses, { ...ingresses, name: 'other', version: 'v2' }] })).toEqual([
    'resources.1.kind: Ingress is there already, as "ingresses"; name each sort once, in one version',
  ]);
});

test.each([undefined, null, [], {}, { resources: [] }, { resources: null }, 'x'])('%j is not such a file', (value) => {
  expect(problemsIn(value).length).toBeGreaterThan(0);
});

const namespaces = { name: 'namespaces', title: 'Namespaces', ...core, resource: 'namespaces', kind: 'Namespace' };

test('namespaces can be held, and nothing that only looks like them or belongs to the whole cluster besides', () => {
  const held = (changed: object) => problemsIn({ resources: changeable, held: [{ ...namespaces, ...changed }] });
  expect(held({})).toEqual([]);
  for (const other of [
    { kind: 'Node' },
    { resource: 'things' },
    { group: 'acme.test' },
    { version: 'v2' },
    { resource: 'persistentvolumes', kind: 'PersistentVolume' },
    { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', kind: 'ClusterRole' },
  ])
    expect(held(other)).toHaveLength(1);
});
