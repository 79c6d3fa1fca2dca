import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { namespaceManifest, podManifest, policyManifest, policyOf } from '#test/build/network.ts';
import { blocks, host, ingress, path } from '#test/build/risk.ts';
import { seePod } from './pods.ts';
import { reachOf, wantedFor } from './reach.ts';
import type { Sight } from './sight.ts';

const pod = (where: string, app: string, port?: number): Manifest => {
  const made = podManifest(where, { labels: { app } });
  const containers = [{ name: 'main', ports: port === undefined ? [] : [{ containerPort: port }] }];
  return { ...made, spec: { containers } };
};
const seen = (manifest: Manifest) => {
  const one = seePod(manifest);
  if (!one.ok) throw new Error(one.error);
  return one.value;
};
const denyAll = policyManifest('pay/deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
const sight: Sight = {
  routes: [],
  services: [],
  pods: [
    pod('pay/db-0', 'db', 5432),
    pod('pay/api-7d9f8b6c5d-x2x4z', 'api'),
    pod('pay/api-7d9f8b6c5d-b5n7m', 'api'),
    pod('front/web-1', 'web'),
    pod('front/web-2', 'web'),
  ].map(seen),
  policies: [policyOf(denyAll)],
  namespaces: new Map(['pay', 'front'].map((name) => [name, namespaceManifest(name).metadata.labels ?? {}])),
};
const letting = (from: Json, ports?: Json): Manifest =>
  policyManifest('pay/let', {
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [{ from, ...(ports === undefined ? {} : { ports }) }],
  });
const web: Json = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'front' } } }];
const reach = (before: Manifest | undefined, after: Manifest | undefined, around: Sight = sight) =>
  reachOf([{ before, after }], around, []);
const rules = ({ findings }: ReturnType<typeof reach>) => findings.map(({ rule, severity }) => `${severity} ${rule}`);

describe('a NetworkPolicy', () => {
  test('that opens a database to the world is critical, and said in one line', () => {
    const found = reach(undefined, letting(blocks('0.0.0.0/0'), [{ port: 5432 }]));
    expect(rules(found)).toEqual(['critical network-data-outside']);
    expect(found.findings[0]?.says).toBe('PostgreSQL (port 5432) open to ALL of IPv4: db in pay');
    expect(found.lines).toEqual([
      { change: 'opens', text: 'db in pay can now be reached from ALL of IPv4 on TCP 5432' },
    ]);
    expect(found.radius).toMatchObject({
      opened: 1,
      closed: 0,
      fromOutside: true,
      fromEverywhere: true,
      fromNamespaces: [],
      ports: ['TCP 5432'],
      notIsolated: 0,
    });
  });

  test('that opens it to another namespace is high', () => {
    const found = reach(undefined, letting(web, [{ port: 5432 }]));
    expect(rules(found)).toEqual(['high network-data-elsewhere']);
    expect(found.lines.map(({ text }) => text)).toEqual([
      'db in pay can now be reached from web ×2 in front on TCP 5432',
    ]);
    expect(found.radius).toMatchObject({ fromOutside: false, fromEverywhere: false, fromNamespaces: ['front'] });
  });

  test('that opens it within its namespace, or another port, or every port of what keeps no data, is neither', () => {
    expect(rules(reach(undefined, letting([{ podSelector: {} }], [{ port: 5432 }])))).toEqual([]);
    expect(rules(reach(undefined, letting(web, [{ port: 8080 }])))).toEqual([]);
    const api = { ...letting(web), spec: { podSelector: { matchLabels: { app: 'api' } }, ingress: [{ from: web }] } };
    expect(rules(reach(undefined, api))).toEqual([]);
  });

  test('that opens every port of a pod that says it listens where data is kept counts too', () => {
    expect(rules(reach(undefined, letting(web)))).toEqual(['high network-data-elsewhere']);
  });

  test('that is the last to isolate pods leaves them open when it goes', () => {
    const found = reach(denyAll, undefined);
    expect(rules(found)).toEqual([
      'critical network-open-in',
      'critical network-data-outside',
      'high network-data-elsewhere',
    ]);
    expect(found.findings[0]?.says).toBe(
      'pods open to everything: no NetworkPolicy isolates api ×2, db in pay for ingress any more',
    );
    expect(found.lines[0]?.text).toBe(
      'api ×2, db in pay can now be reached from ANYWHERE, inside the cluster too, on EVERY port',
    );
    expect(found.radius?.notIsolated).toBe(3);
  });

  test('that goes while another still isolates its pods closes what it let through', () => {
    const found = reach(letting(web, [{ port: 5432 }]), undefined);
    expect(found.findings).toEqual([]);
    expect(found.lines).toEqual([
      { change: 'closes', text: 'db in pay can no longer be reached from web ×2 in front on TCP 5432' },
    ]);
    expect(found.radius).toMatchObject({ opened: 0, closed: 1 });
  });

  test('that makes no difference to any pod says so', () => {
    expect(
      reach(denyAll, { ...denyAll, spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [] } }).lines,
    ).toEqual([{ change: 'stays', text: 'For the pods that are there now nothing changes in who reaches whom' }]);
  });

  test('that cannot be read leaves the radius unknown, and says why', () => {
    const odd = { ...denyAll, spec: { podSelector: {}, policyTypes: ['Sideways'] } };
    const found = reach(denyAll, odd);
    expect(found.radius).toBeUndefined();
    expect(found.lines).toEqual([{ change: 'unseen', text: 'NetworkPolicy pay/deny-all cannot be read.' }]);
  });
});

test('other labels of a namespace let other pods through', () => {
  const selecting = policyManifest('pay/let', {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { trusted: 'yes' } } }] }],
  });
  const around = { ...sight, policies: [policyOf(denyAll), policyOf(selecting)] };
  const found = reach(namespaceManifest('front'), namespaceManifest('front', { trusted: 'yes' }), around);
  expect(found.radius).toMatchObject({ opened: 3, fromNamespaces: ['front'] });
});

test('what could not be looked at is said, and leaves the radius unknown', () => {
  const found = reachOf([{ before: undefined, after: letting(web) }], sight, ['pods were not looked at']);
  expect(found.radius).toBeUndefined();
  expect(found.lines.at(-1)).toEqual({ change: 'unseen', text: 'pods were not looked at' });
});

test('only what reaches somewhere is looked around for', () => {
  expect(wantedFor([{ before: undefined, after: letting(web) }])).toEqual({
    behind: [],
    routes: [],
    policies: true,
    network: true,
  });
  const shop = ingress({ rules: [host('a.test', path('/'))] });
  expect(wantedFor([{ before: undefined, after: shop }])).toEqual({
    behind: ['shop'],
    routes: [{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }],
    policies: false,
    network: false,
  });
  expect(wantedFor([{ before: shop, after: undefined }])).toBeUndefined();
  expect(wantedFor([{ before: undefined, after: podManifest('pay/x') }])).toBeUndefined();
  // Its pods go with it.
  expect(wantedFor([{ before: namespaceManifest('pay'), after: undefined }])).toBeUndefined();
  expect(wantedFor([{ before: namespaceManifest('pay'), after: namespaceManifest('pay') }])).toMatchObject({
    network: true,
  });
});
