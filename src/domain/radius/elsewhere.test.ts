import { expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import { host, ingress, path, route } from '#test/build/risk.ts';
import { takenElsewhere } from './elsewhere.ts';
import { readRouting } from './routes.ts';

const inNamespace = (namespace: string, name: string, one: Manifest): Manifest => ({
  ...one,
  metadata: { ...one.metadata, namespace, name },
});
const serving = (...rules: ReturnType<typeof host>[]): Manifest => ingress({ rules });
const pay = inNamespace('payments', 'ledger', serving(host('pay.test', path('/hooks'))));
const all = inNamespace('payments', 'all', serving(host('*.pay.test', path('/'))));
const exact = inNamespace('payments', 'exact', serving(host('one.test', path('/login', 'Exact'))));
const gateway = inNamespace(
  'payments',
  'route',
  route({ hostnames: ['api.test'], rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/v1' } }] }] }),
);
const own = inNamespace('shop', 'own', serving(host('shop.test', path('/'))));
const others = [pay, all, exact, gateway, own].map(readRouting);

const owners = (after: Manifest, before?: Manifest) =>
  takenElsewhere([{ before, after }], others).map(({ finding, owners: of }) => [finding.change, ...of].join(' '));

test.each([
  ['the same host and path', serving(host('pay.test', path('/hooks'))), ['introduces payments/ledger']],
  ['whatever the case of the host', serving(host('PAY.test', path('/hooks'))), ['introduces payments/ledger']],
  ['a path below one of another', serving(host('pay.test', path('/hooks/x', 'Exact'))), ['introduces payments/ledger']],
  ['all paths above one of another', serving(host('pay.test', path('/'))), ['introduces payments/ledger']],
  ['a host under a wildcard of another', serving(host('a.pay.test', path('/x'))), ['introduces payments/all']],
  ['a host deep under one', serving(host('a.b.pay.test', path('/x'))), ['introduces payments/all']],
  ['one page of another', serving(host('one.test', path('/login', 'Exact'))), ['introduces payments/exact']],
  [
    'what a route of the Gateway API serves',
    serving(host('api.test', path('/v1/users'))),
    ['introduces payments/route'],
  ],
  [
    'what an Ingress serves, by a route',
    route({ hostnames: ['pay.test'], rules: [{}] }),
    ['introduces payments/ledger'],
  ],
])('%s is taken from another namespace', (_, after, expected) => {
  expect(owners(after)).toEqual(expected);
});

test.each([
  ['another path', serving(host('pay.test', path('/hooksx')))],
  ['a path beside one that is served exactly', serving(host('one.test', path('/login/x')))],
  ['another host', serving(host('pay.test.evil', path('/hooks')))],
  ['a host that only ends like a wildcard', serving(host('xpay.test', path('/')))],
  ['what its own namespace serves', serving(host('shop.test', path('/')))],
])('%s is not', (_, after) => {
  expect(owners(after)).toEqual([]);
});

test('what was served so before may have been there first, and what was served by the object itself is its own', () => {
  const one = serving(host('pay.test', path('/hooks')));
  expect(owners(one, one)).toEqual([]);
  expect(takenElsewhere([{ before: pay, after: pay }], others)).toEqual([]);
});

test('it is said whose, and where in the object', () => {
  const [taken] = takenElsewhere(
    [{ before: undefined, after: serving(host('a.test', path('/')), host('pay.test', path('/hooks'))) }],
    others,
  );
  expect(taken?.finding).toMatchObject({ severity: 'high', path: ['spec', 'rules', 1, 'http', 'paths', 0] });
  expect(taken?.finding.says).toBe(
    'a takeover of another namespace’s traffic: "pay.test/hooks and below" is taken from Ingress payments/ledger ("pay.test/hooks and below")',
  );
});
