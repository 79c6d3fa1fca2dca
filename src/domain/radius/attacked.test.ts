import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { namespaceManifest, podManifest, policyManifest, policyOf } from '#test/build/network.ts';
import { blocks, deployment, host, ingress, object, path, route, service } from '#test/build/risk.ts';
import { seePod } from './pods.ts';
import { reachOf, wantedFor } from './reach.ts';
import { readRouting } from './routes.ts';
import type { Sight } from './sight.ts';

const seen = (manifest: Manifest) => {
  const one = seePod(manifest);
  if (!one.ok) throw new Error(one.error);
  return one.value;
};
const pod = (where: string, app: string, spec: { readonly [field: string]: Json } = {}): Manifest => ({
  ...podManifest(where, { labels: { app } }),
  spec: { containers: [{ name: 'main' }], ...spec },
});
const denyAll = policyManifest('pay/deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
const sightOf = (pods: readonly Manifest[], ...policies: readonly Manifest[]): Sight => ({
  routes: [],
  services: [],
  pods: pods.map(seen),
  policies: policies.map(policyOf),
  namespaces: new Map(['pay', 'front'].map((name) => [name, namespaceManifest(name).metadata.labels ?? {}])),
});
const letting = (from: Json, ports?: Json, name = 'let'): Manifest =>
  policyManifest(`pay/${name}`, {
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [{ from, ...(ports === undefined ? {} : { ports }) }],
  });
const sight = sightOf([pod('pay/db-0', 'db'), pod('front/web-1', 'web')], denyAll);
const reach = (before: Manifest | undefined, after: Manifest | undefined, around: Sight = sight) =>
  reachOf([{ before, after }], around, []);

describe('what becomes reachable from everywhere', () => {
  test('is so also where a part of the world got in before', () => {
    const inside = letting(blocks('10.0.0.0/8'), [{ port: 8080 }], 'inside');
    const found = reach(
      undefined,
      letting(blocks('0.0.0.0/0'), [{ port: 8080 }]),
      sightOf([pod('pay/db-0', 'db')], denyAll, inside),
    );
    expect(found.radius?.fromEverywhere).toBe(true);
    expect(found.lines.map(({ text }) => text).join()).toMatch(/ANYWHERE|ALL of IPv4/);
  });

  test.each([[['2000::/3']], [['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3']]])(
    'is so also without addresses that nobody has: %j',
    (texts) => {
      expect(reach(undefined, letting(blocks(...texts), [{ port: 8080 }])).radius?.fromEverywhere).toBe(true);
    },
  );

  test('is so also where one address is left out', () => {
    const from = [{ ipBlock: { cidr: '0.0.0.0/0', except: ['240.0.0.1/32'] } }];
    expect(reach(undefined, letting(from, [{ port: 8080 }])).radius?.fromEverywhere).toBe(true);
  });

  test('names the largest of what gets in, not what comes first', () => {
    const from = blocks('1.1.1.1/32', '2.2.2.2/32', '3.3.3.3/32', '128.0.0.0/1');
    expect(reach(undefined, letting(from, [{ port: 8080 }])).lines[0]?.text).toContain('128.0.0.0/1');
  });
});

describe('a policy for pods that are not there now', () => {
  test('is not said to let nobody in: whoever starts them has them open', () => {
    const none = sightOf([pod('front/web-1', 'web')], denyAll);
    const { radius, lines } = reach(undefined, letting(blocks('198.51.100.0/24'), [{ port: 5432 }]), none);
    expect(radius === undefined || radius.fromOutside).toBe(true);
    expect(lines.map(({ text }) => text)).not.toEqual([
      'For the pods that are there now nothing changes in who reaches whom',
    ]);
  });
});

describe('a store of data that opens', () => {
  test('on all ports is one also where its pod does not say that it listens', () => {
    const web: Json = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'front' } } }];
    const postgres = { containers: [{ name: 'postgres', image: 'postgres:17' }] };
    const found = reach(
      undefined,
      letting(web),
      sightOf([pod('pay/db-0', 'db', postgres), pod('front/web-1', 'web')], denyAll),
    );
    expect(found.findings.map(({ rule }) => rule)).toContain('network-data-elsewhere');
  });

  test('in a container that starts before the others and stays is one', () => {
    const sidecar = {
      containers: [{ name: 'main' }],
      initContainers: [{ name: 'redis', restartPolicy: 'Always', ports: [{ containerPort: 6379 }] }],
    };
    const found = reach(
      undefined,
      letting(blocks('198.51.100.0/24')),
      sightOf([pod('pay/db-0', 'db', sidecar)], denyAll),
    );
    expect(found.findings.map(({ rule }) => rule)).toContain('network-data-outside');
  });

  test('on a port by its name is one', () => {
    const postgres = { containers: [{ name: 'pg', ports: [{ name: 'postgres', containerPort: 15432 }] }] };
    const from = blocks('198.51.100.0/24');
    const found = reach(
      undefined,
      letting(from, [{ port: 'postgres' }]),
      sightOf([pod('pay/db-0', 'db', postgres)], denyAll),
    );
    expect(found.findings.map(({ rule }) => rule)).toContain('network-data-outside');
  });
});

describe('who reaches whom is looked at', () => {
  test('where the labels of pods change, by which policies know them', () => {
    const labelled = (app: string): Manifest => {
      const made = deployment({});
      const spec = {
        template: { ...(made.spec as { template: { [field: string]: Json } }).template, metadata: { labels: { app } } },
      };
      return { ...made, spec };
    };
    expect(wantedFor([{ before: labelled('db'), after: labelled('free') }])?.network).toBe(true);
  });

  test('where a Service selects other pods', () => {
    const selecting = (app: string) => service({ selector: { app } });
    expect(wantedFor([{ before: selecting('web'), after: selecting('db') }])).toBeDefined();
  });

  test.each([
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
    ['crd.projectcalico.org/v1', 'NetworkPolicy'],
    ['networking.istio.io/v1', 'VirtualService'],
    ['traefik.io/v1alpha1', 'IngressRoute'],
    ['projectcontour.io/v1', 'HTTPProxy'],
    ['route.openshift.io/v1', 'Route'],
  ])('or said to be unknown for %s %s, of which nothing here is understood', (apiVersion, kind) => {
    const changes = [{ before: undefined, after: object(apiVersion, kind, { host: 'pay.test' }) }];
    const known = wantedFor(changes) !== undefined && reachOf(changes, sight, []).radius !== undefined;
    expect(wantedFor(changes)).toBeDefined();
    expect(known).toBe(false);
  });
});

describe('traffic of another namespace that is taken', () => {
  const theirs = (made: Manifest): Manifest => ({ ...made, metadata: { name: 'ledger', namespace: 'bank' } });
  const elsewhere = (mine: Manifest, ...others: readonly Manifest[]) =>
    reach(undefined, mine, { ...sight, routes: others.map((one) => readRouting(theirs(one))) }).radius?.elsewhere;
  const serving = (name: string, at = '/', type = 'Prefix') => ingress({ rules: [host(name, path(at, type))] });

  test('by a further name of an Ingress', () => {
    const mine = ingress({}, { 'server-alias': 'pay.test' });
    expect(elsewhere(mine, serving('pay.test'))).toEqual(['bank/ledger']);
    expect(reach(undefined, mine).radius?.hosts).toContain('pay.test');
  });

  test('by an annotation that has its name of the DNS lead here', () => {
    const named = { 'external-dns.alpha.kubernetes.io/hostname': 'pay.test' };
    const mine = { ...ingress(), metadata: { name: 'it', namespace: 'shop', annotations: named } };
    expect(elsewhere(mine, serving('pay.test'))).toEqual(['bank/ledger']);
  });

  test('by a pattern of paths', () => {
    const mine = ingress({ rules: [host('pay.test', path('/.*', 'ImplementationSpecific'))] }, { 'use-regex': 'true' });
    expect(elsewhere(mine, serving('pay.test', '/ledger'))).toEqual(['bank/ledger']);
  });

  test('by a route whose path is a pattern', () => {
    const matches = [{ path: { type: 'RegularExpression', value: '/.*' } }];
    const mine = route({ hostnames: ['pay.test'], rules: [{ matches, backendRefs: [{ name: 'web', port: 80 }] }] });
    expect(elsewhere(mine, serving('pay.test', '/ledger'))).toEqual(['bank/ledger']);
  });

  test('out of a wildcard of routes, which is for names of any depth', () => {
    const rules = [{ backendRefs: [{ name: 'web', port: 80 }] }];
    const mine = route({ hostnames: ['a.b.pay.test'], rules });
    expect(elsewhere(mine, route({ hostnames: ['*.pay.test'], rules }))).toEqual(['bank/ledger']);
  });

  test('out of a path that a controller takes letter by letter and not part by part', () => {
    const mine = serving('pay.test', '/ledgers');
    expect(elsewhere(mine, serving('pay.test', '/ledger', 'ImplementationSpecific'))).toEqual(['bank/ledger']);
  });

  test('out of what names no host, by a host of its own', () => {
    const open = ingress({ rules: [host(undefined, path('/'))] });
    expect(elsewhere(serving('pay.test'), open)).toEqual(['bank/ledger']);
  });

  test('is found in a moment also with a path of thousands of slashes', () => {
    const mine = serving('pay.test', `/${'/'.repeat(15_000)}x`, 'ImplementationSpecific');
    const others = Array.from({ length: 30 }, (_, index) => serving('pay.test', `/ledger-${index}`));
    const start = performance.now();
    elsewhere(mine, ...others);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('a Service that gets traffic which it did not get', () => {
  const to = (...backendRefs: readonly { readonly [field: string]: Json }[]) => route({ rules: [{ backendRefs }] });

  test('by a copy of it', () => {
    const filters = [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'thief', port: 80 } } }];
    const made = route({ rules: [{ filters, backendRefs: [{ name: 'web', port: 80 }] }] });
    expect(reach(to({ name: 'web', port: 80 }), made).radius?.backends).toEqual(['shop/thief']);
  });

  test('by a weight that was nought', () => {
    const shared = (weight: number) => to({ name: 'web', port: 80 }, { name: 'thief', port: 80, weight });
    expect(reach(shared(0), shared(100)).radius?.backends).toEqual(['shop/thief']);
  });

  test('by another port of the same Service is said', () => {
    const on = (number: number) =>
      ingress({
        rules: [
          host('shop.test', { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number } } } }),
        ],
      });
    expect(reach(on(80), on(9901)).lines).not.toEqual([]);
  });
});
