import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { changesNothing, fingerprintOf, letsGo } from './fingerprint.ts';
import type { Write } from './write.ts';

const service = (clusterIP: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'beta', namespace: 'shop' },
  spec: { ports: [{ port: 80 }], clusterIP, clusterIPs: [clusterIP] },
});
const creation = (after: Manifest, resource: string): Write => ({
  uid: 'u',
  operation: 'create',
  group: '',
  version: 'v1',
  resource,
  namespace: 'shop',
  name: after.metadata.name,
  user: 'alice',
  groups: [],
  after,
  dryRun: false,
});
const mark = (write: Write) => fingerprintOf('prod', write, [], (text) => text);

describe('two attempts at the same creation are the same write', () => {
  // registry.Store.create: BeginCreate gives out addresses before validating admission is asked (Kubernetes 1.20 to 1.37).
  test('of a Service, though the API server gives each another address', () => {
    expect(mark(creation(service('10.96.4.1'), 'services'))).toBe(mark(creation(service('10.96.7.9'), 'services')));
  });

  test('but not of one that asks for an address itself', () => {
    const asked = service('None');
    expect(mark(creation(asked, 'services'))).not.toBe(mark(creation(service('10.96.7.9'), 'services')));
  });
});

describe('what is being deleted is let go of by nothing that changes more than its finalizers', () => {
  const going = (more: object, metadata: object = {}): Manifest =>
    ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'gate', namespace: 'shop', deletionTimestamp: '2026-11-02T12:00:00Z', ...metadata },
      ...more,
    }) as Manifest;
  const update = (before: Manifest, after: Manifest): Write => ({
    ...creation(after, 'configmaps'),
    operation: 'update',
    before,
  });
  const one = going({ data: { a: 'b' } }, { finalizers: ['x'] });

  test.each<[string, Manifest, Manifest]>([
    ['a value', one, going({ data: { a: 'c' } })],
    ['an annotation', one, going({ data: { a: 'b' } }, { annotations: { a: 'b' } })],
    ['a label', one, going({ data: { a: 'b' } }, { labels: { a: 'b' } })],
    ['an owner', one, going({ data: { a: 'b' } }, { ownerReferences: [{ uid: 'x' }] })],
    ['a finalizer in the place of another', one, going({ data: { a: 'b' } }, { finalizers: ['y'] })],
    ['a finalizer more', one, going({ data: { a: 'b' } }, { finalizers: ['x', 'y'] })],
  ])('%s', (_, before, after) => {
    expect(letsGo(update(before, after))).toBe(false);
    expect(changesNothing(update(before, after), [])).toBe(false);
  });

  test('nor of what is not being deleted, or only says so in what it shall be', () => {
    const { deletionTimestamp: _, ...metadata } = one.metadata as Manifest['metadata'] & { deletionTimestamp: string };
    const alive = { ...one, metadata } as Manifest;
    expect(letsGo(update(alive, going({ data: { a: 'b' } })))).toBe(false);
  });
});
