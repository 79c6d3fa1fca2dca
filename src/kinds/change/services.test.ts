import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { changeable, changeOver, liveIngress } from '#test/build/changes.ts';
import { id } from '#test/build/people.ts';

const namespace = 'shop-front';
const sort = (name: string, group: string, kind: string) => ({
  name,
  title: name,
  group,
  version: 'v1',
  resource: name,
  kind,
  operations: ['create', 'update', 'delete'],
});
const kind = changeOver([
  ...changeable,
  sort('services', '', 'Service'),
  sort('httproutes', 'gateway.networking.k8s.io', 'HTTPRoute'),
]);

const service = (name: string, spec: Json = { ports: [{ name: 'http', port: 80 }] }): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec,
});
const addPath = (name: string, port: number | string = 80): Json => ({
  do: 'ingress',
  name: 'shop',
  edit: { type: 'add-path', host: 'shop.acme.test', path: '/beta', service: name, port },
});
const cautions = (edits: readonly Json[], ...seen: readonly (readonly Manifest[])[]): readonly string[] => {
  const context = { request: id(), namespace, identity: { user: '', groups: [] }, seen };
  const plan = kind.plan({ edits }, context);
  if (!plan.ok) throw new Error(plan.error);
  return plan.value.cautions;
};

describe('approvers are told', () => {
  test('that there is no such Service', () => {
    expect(cautions([addPath('nosuch')], [liveIngress], [service('web')])).toEqual([
      'There is no Service nosuch in shop-front now.',
    ]);
    expect(cautions([addPath('web')], [liveIngress], [service('web')])).toEqual([]);
  });

  test('that the Service has no such port, by number or by name', () => {
    const said = (port: number | string) => cautions([addPath('web', port)], [liveIngress], [service('web')]);
    expect(said(8080)).toEqual(['Service web in shop-front has no port 8080 now.']);
    expect(said('grpc')).toEqual(['Service web in shop-front has no port grpc now.']);
    expect(said('http')).toEqual([]);
  });

  test('nothing about ports of a Service that stands for a name outside, which need not name them', () => {
    const outside = service('web', { type: 'ExternalName', externalName: 'acme.test' });
    expect(cautions([addPath('web', 8443)], [liveIngress], [outside])).toEqual([]);
  });

  test('nothing about a backend that was there before, for the change does not make it', () => {
    const annotate = { do: 'ingress', name: 'shop', edit: { type: 'annotate', key: 'acme.test/a', value: 'b' } };
    expect(cautions([annotate], [liveIngress], [])).toEqual([]);
  });

  test('nothing about a Service that is made along with it, and all about one that is deleted along with it', () => {
    const made = { do: 'manifest', manifest: service('blue') } as unknown as Json;
    expect(cautions([addPath('blue'), made], [liveIngress], [], [])).toEqual([]);
    const gone: Json = { do: 'delete', resource: 'services', name: 'blue' };
    expect(cautions([addPath('blue'), gone], [liveIngress], [service('blue')], [service('blue')])).toEqual([
      'There is no Service blue in shop-front now.',
    ]);
  });

  test('about routes of the Gateway API too, in their own namespace', () => {
    const to = (...backendRefs: Json[]): Json => ({
      do: 'manifest',
      manifest: {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'shop' },
        spec: { rules: [{ backendRefs }] },
      },
    });
    const refs = [
      { name: 'nosuch', port: 80 },
      { name: 'elsewhere', namespace: 'other', port: 80 },
      { name: 'bucket', kind: 'Bucket', group: 'acme.test' },
    ];
    expect(cautions([to(...refs)], [], [])).toEqual(['There is no Service nosuch in shop-front now.']);
  });
});

test('only a change of where traffic goes looks at the Services', () => {
  const looks = (edit: Json) => {
    const found = kind.look({ edits: [edit] }, namespace);
    return found.ok ? found.value.map(({ type }) => type) : found.error;
  };
  expect(looks(addPath('web'))).toEqual(['object', 'list']);
  expect(looks({ do: 'delete', resource: 'ingresses', name: 'shop' })).toEqual(['object']);
  expect(looks({ do: 'patch', resource: 'configmaps', name: 'flags', patch: { data: { a: 'b' } } })).toEqual([
    'object',
  ]);
});
