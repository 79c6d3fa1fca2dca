import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { namespaceManifest, podManifest, policyManifest } from '#test/build/network.ts';
import { lookUp, openOver } from '#test/build/openings.ts';
import { id } from '#test/build/people.ts';
import { type RealWorld, startWorld } from './kubernetes-world.ts';

const kind = openOver();
let real: RealWorld;
beforeAll(async () => {
  real = await startWorld([]);
  for (const name of ['front', 'payments']) await real.setUp('POST', '/api/v1/namespaces', namespaceManifest(name));
});
afterAll(() => real?.close());

const pod = (path: string, app: string) => podManifest(path, { labels: { app }, ports: { http: 8080 } });
const shop: readonly Manifest[] = [
  namespaceManifest('front'),
  namespaceManifest('payments'),
  pod('front/web-1', 'web'),
  pod('payments/ledger-1', 'ledger'),
  ...['front', 'payments'].map((name) =>
    policyManifest(`${name}/deny-all`, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  ),
];
const typed = (text: string): Json => {
  const ask = kind.fromWords(text.split(' '), []);
  if (ask.ok) return ask.value;
  throw new Error(ask.error);
};

test.each([
  'app=web@front into app=ledger 8080,53/UDP,http,9090/SCTP',
  'all@front into app=ledger 8080',
  'app=ledger into app=ledger 8080',
  '10.1.0.0/17,2001:db8::/48,192.0.2.1 into app=ledger http',
])('an API server takes what is planned for %j, and keeps it as it was planned', async (text) => {
  const ask = typed(text);
  const plan = kind.plan(ask, {
    request: id(),
    namespace: 'payments',
    identity: { user: '', groups: [] },
    seen: lookUp(kind, ask, 'payments', shop),
  });
  if (!plan.ok) throw new Error(plan.error);
  expect(plan.value.create.length).toBeGreaterThan(0);
  for (const policy of plan.value.create) {
    const collection = `/apis/networking.k8s.io/v1/namespaces/${policy.metadata.namespace}/networkpolicies`;
    expect(await real.setUp('POST', collection, policy)).toMatchObject({ spec: policy.spec });
    await real.setUp('DELETE', `${collection}/${policy.metadata.name}`);
  }
});
