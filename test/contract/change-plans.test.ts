import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { changeOver, liveIngress } from '#test/build/changes.ts';
import { id } from '#test/build/people.ts';
import { type RealWorld, startWorld } from '#test/contract/kubernetes-world.ts';

const kind = changeOver();
let world: RealWorld;
let namespace = '';
let path = '';

beforeAll(async () => {
  world = await startWorld([]);
  namespace = await world.namespace();
  path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  const { apiVersion, kind: sort, spec } = liveIngress;
  await world.setUp('POST', path, { apiVersion, kind: sort, metadata: { name: 'shop', namespace }, spec });
});
afterAll(() => world.close());

const written = (edit: Json, live?: Manifest): Manifest => {
  const context = { request: id(), namespace, identity: { user: '', groups: [] } };
  const plan = kind.plan({ edits: [edit] }, { ...context, seen: [live === undefined ? [] : [live]] });
  const [first] = plan.ok ? plan.value.edits : [];
  if (first?.op !== 'write') throw new Error(plan.ok ? 'Nothing is written' : plan.error);
  return first.content;
};
const live = async (): Promise<Manifest> => (await world.setUp('GET', `${path}/shop`)) as Manifest;
const ingress = (edit: Json): Json => ({ do: 'ingress', name: 'shop', edit });
const host = 'shop.acme.test';
const web = { service: 'web', port: 'http' };

test.each<[string, Json]>([
  ['a path that is added', ingress({ type: 'add-path', host, path: '/beta', ...web })],
  ['a path for any host', ingress({ type: 'add-path', host: '', path: '/beta', ...web, pathType: 'Exact' })],
  ['a host that is added', ingress({ type: 'add-host', host: '*.acme.test', ...web })],
  ['a path that is removed', ingress({ type: 'remove-path', host, path: '/api', pathType: 'Exact' })],
  ['a backend that is switched', ingress({ type: 'switch-backend', host, path: '/', service: 'blue', port: 8080 })],
  ['a host that is removed', ingress({ type: 'remove-host', host })],
  ['an annotation', ingress({ type: 'annotate', key: 'nginx.ingress.kubernetes.io/proxy-body-size', value: '16m' })],
  ['a certificate', ingress({ type: 'tls', hosts: ['old.acme.test'], secretName: 'old-tls' })],
  ['no certificate', ingress({ type: 'no-tls', host })],
  ['a patch', { do: 'patch', resource: 'ingresses', name: 'shop', patch: { spec: { tls: null } } }],
])('%s is taken by the API server just as it was planned', async (_, edit) => {
  const before = await live();
  const wanted = written(edit, before);
  const after = (await world.setUp('PUT', `${path}/shop?dryRun=All`, wanted)) as Manifest;
  expect(after.spec).toEqual(wanted.spec);
  expect(after.metadata.annotations).toEqual(wanted.metadata.annotations);
  expect(after.spec === undefined || JSON.stringify(after) !== JSON.stringify(before)).toBe(true);
});

test('what the API server says of an object, pasted back with one thing different, changes that alone', async () => {
  const before = await live();
  const pasted = { ...before, metadata: { ...before.metadata, labels: { team: 'shop' } } };
  const wanted = written({ do: 'manifest', manifest: pasted }, before);
  expect(wanted).toEqual(pasted);
  await world.setUp('PUT', `${path}/shop?dryRun=All`, wanted);
});

test('an object that a manifest makes is taken by the API server', async () => {
  const { apiVersion, kind: sort, spec = null } = liveIngress;
  const { unheardOf: _, ...known } = spec as Record<string, Json>;
  const manifest = { apiVersion, kind: sort, metadata: { name: 'new' }, spec: known };
  const made = written({ do: 'manifest', manifest });
  await world.setUp('POST', `${path}?dryRun=All`, made);
});
