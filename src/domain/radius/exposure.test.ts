import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { podManifest } from '#test/build/network.ts';
import { host, ingress, path, route } from '#test/build/risk.ts';
import { exposureOf } from './exposure.ts';
import { seePod } from './pods.ts';
import { readService } from './services.ts';

const serviceOf = (name: string, spec: Manifest[string], namespace = 'shop'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec,
});
const pod = (name: string, app: string, ready: boolean): Manifest => {
  const made = podManifest(`shop/${name}`, { labels: { app } });
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return { ...made, status: { ...(made.status as Record<string, never>), conditions } };
};
const services = [
  serviceOf('web', { selector: { app: 'web' } }),
  serviceOf('new', { selector: { app: 'new' } }),
  serviceOf('far', { type: 'ExternalName', externalName: 'far.test' }),
  serviceOf('bare', {}),
].map(readService);
const pods = [pod('web-1', 'web', true), pod('web-2', 'web', false)].map((one) => {
  const seen = seePod(one);
  if (!seen.ok) throw new Error(seen.error);
  return seen.value;
});
const shop = ingress({ rules: [host('shop.test', path('/cart'))] });
const texts = (before: Manifest | undefined, after: Manifest | undefined) =>
  exposureOf([{ before, after }], { services, pods }).lines.map(({ text }) => text);
const facts = (before: Manifest | undefined, after: Manifest | undefined) =>
  exposureOf([{ before, after }], { services, pods }).facts;

test('a new path is said with its Service and how many pods are ready there', () => {
  const after = ingress({ rules: [host('shop.test', path('/cart'), path('/beta', 'Exact'))] });
  expect(texts(shop, after)).toEqual(['Served newly: shop.test/beta, by Service shop/web (1 of 2 pods ready)']);
  expect(facts(shop, after)).toEqual({ hosts: ['shop.test'], paths: 1, backends: ['shop/web'], unready: [] });
});

test('a new Ingress is all new, its default backend too', () => {
  const after = ingress({
    defaultBackend: { service: { name: 'web' } },
    rules: [host('a.test', path('/x')), { host: 'bare.test' }],
  });
  expect(facts(undefined, after)).toMatchObject({ hosts: ['a.test', 'bare.test', ''], paths: 3 });
});

test('one page that becomes all below it is served newly', () => {
  const before = ingress({ rules: [host('shop.test', path('/cart', 'Exact'))] });
  expect(texts(before, shop)).toEqual([
    'Served newly: shop.test/cart and below, by Service shop/web (1 of 2 pods ready)',
  ]);
});

test('traffic that goes to another Service is said with both, and whether anything answers there', () => {
  const after = ingress({ rules: [host('shop.test', path('/cart', 'Prefix', 'new'))] });
  expect(texts(shop, after)).toEqual([
    'Served by Service shop/new (0 of 0 pods ready), before by shop/web: shop.test/cart and below',
  ]);
  expect(facts(shop, after)).toMatchObject({ paths: 0, backends: ['shop/new'], unready: ['shop/new'] });
});

test.each([
  ['far', 'it stands for far.test'],
  ['bare', 'it selects no pods: its addresses are written by hand'],
  ['gone', 'not there or not seen'],
])('a Service "%s" that is no pods says so: %s', (name, says) => {
  const after = ingress({ rules: [host('a.test', path('/', 'Prefix', name))] });
  expect(texts(undefined, after)).toEqual([`Served newly: a.test/, by Service shop/${name} (${says})`]);
});

test('a route of the Gateway API is the same, with each of its backends', () => {
  const after = route({
    hostnames: ['a.test'],
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: '/x' } }],
        backendRefs: [{ name: 'web' }, { name: 'ledger', namespace: 'payments' }],
      },
    ],
  });
  expect(texts(undefined, after)).toEqual([
    'Served newly: a.test/x, by Service shop/web (1 of 2 pods ready)',
    'Served newly: a.test/x, by Service payments/ledger (not there or not seen)',
  ]);
});

test('what stays or goes is nothing new, and what is no Ingress serves nothing', () => {
  expect(texts(shop, shop)).toEqual([]);
  expect(texts(shop, undefined)).toEqual([]);
  expect(texts(undefined, serviceOf('web', {}))).toEqual([]);
});
