import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { assess } from './cautions.ts';
import { rules } from './rules.ts';

const cautionsOf = (before: Manifest | undefined, after: Manifest | undefined): readonly string[] =>
  assess([{ before, after }]).cautions;

type Fields = { readonly [field: string]: Json };
const object = (apiVersion: string, kind: string, spec: Fields, annotations?: Record<string, string>): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'shop', ...(annotations === undefined ? {} : { annotations }) },
  spec,
});
const path = (at: string, pathType = 'Prefix', service = 'web'): Json => ({
  path: at,
  pathType,
  backend: { service: { name: service, port: { number: 80 } } },
});
const host = (name: string | undefined, ...paths: Json[]): Json => ({
  ...(name === undefined ? {} : { host: name }),
  http: { paths },
});
const ingress = (spec: Fields = {}, annotations: Record<string, string> = {}): Manifest =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    { ingressClassName: 'nginx', rules: [host('shop.test', path('/cart'))], ...spec },
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    ),
  );
const noted = (key: string, value = 'x') => ingress({}, { [key]: value });
const serving = (...list: Json[]) => ingress({ rules: list });
const policy = (spec: Fields): Manifest =>
  object('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {}, ...spec });
const blocks = (...cidrs: string[]): Json => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const service = (spec: Fields) => object('v1', 'Service', spec);
const deployment = (pod: Fields, container: Fields = {}): Manifest =>
  object('apps/v1', 'Deployment', {
    template: { spec: { containers: [{ name: 'main', image: 'registry.acme.test/web:1', ...container }], ...pod } },
  });
const image = (name: string) => deployment({}, { image: name });
const cronJob = (pod: Fields) => object('batch/v1', 'CronJob', { jobTemplate: { spec: { template: { spec: pod } } } });
const route = (spec: Fields, kind = 'HTTPRoute') =>
  object('gateway.networking.k8s.io/v1', kind, { hostnames: ['shop.test'], ...spec });
const tls = (...hosts: string[]) => ingress({ tls: [{ hosts, secretName: 'x' }] });

/** What a rule sees in a change. Creations have no `before`. */
const found = (name: string, before: Manifest | undefined, after: Manifest | undefined): readonly string[] => {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`There is no rule ${name}`);
  if ('between' in rule) return before === undefined ? [] : rule.between(before, after);
  return after === undefined ? [] : rule.inside(after).map(({ says }) => says);
};

type Case = { readonly hits: readonly Change[]; readonly misses: readonly Change[] };
type Change = readonly [before: Manifest | undefined, after: Manifest | undefined];
const made = (...objects: Manifest[]): readonly Change[] => objects.map((after) => [undefined, after] as const);
const escaped = { rules: [host('a.test', path('/'))] };

const cases: Readonly<Record<string, Case>> = {
  'ingress-snippet': {
    hits: [
      ...made(noted('configuration-snippet'), noted('server-snippet'), noted('Auth-Snippet'), noted('stream-SNIPPET')),
      ...made(object('networking.k8s.io/v1', 'Ingress', {}, { 'nginx.org/location-snippets': 'x' })),
      ...made(object('extensions/v1beta1', 'Ingress', {}, { 'configuration-snippet': 'x' })),
      ...made(object('networking.k8s.io/v1', 'Ingress', {}, { 'acme.test/deep/server-snippet': 'x' })),
    ],
    misses: made(
      noted('snippet-of-mine'),
      object('v1', 'Service', {}, { 'nginx.ingress.kubernetes.io/server-snippet': 'x' }),
    ),
  },
  'ingress-auth-url': {
    hits: made(noted('auth-url'), noted('AUTH-URL')),
    misses: made(noted('auth-signin'), noted('auth-url-x')),
  },
  'ingress-auth-tls-match-cn': { hits: made(noted('auth-tls-match-cn')), misses: made(noted('auth-tls-secret')) },
  'ingress-mirror': {
    hits: made(noted('mirror-target'), noted('mirror-host'), noted('Mirror-Request-Body')),
    misses: made(noted('mirrored')),
  },
  'ingress-rewrite-target': {
    hits: made(noted('rewrite-target'), noted('Rewrite-Target')),
    misses: made(noted('app-root')),
  },
  'ingress-path-characters': {
    hits: [';', '{', '}', '"', "'", '#', '$', '`', ' ', '\n', '\t'].flatMap((sign) =>
      made(serving(host('a.test', path(`/a${sign}b`)))),
    ),
    misses: made(serving(host('a.test', path('/a-b_c.d~e/%20(x)*[y]+|=&@:,!')))),
  },
  'ingress-source-range': {
    hits: [
      [noted('whitelist-source-range', '10.0.0.0/8'), ingress()],
      [noted('whitelist-source-range', '10.0.0.0/8'), noted('whitelist-source-range', '')],
      [noted('whitelist-source-range', '10.0.0.0/8'), noted('whitelist-source-range', '10.0.0.0/7')],
      [noted('allowlist-source-range', '10.0.0.0/8'), noted('allowlist-source-range', '10.0.0.0/8, 192.0.2.1')],
      [noted('whitelist-source-range', '10.0.0.0/8'), noted('whitelist-source-range', '::/0')],
      [noted('denylist-source-range', '192.0.2.0/24'), noted('denylist-source-range', '192.0.2.0/25')],
      [noted('denylist-source-range', '192.0.2.0/24'), ingress()],
    ],
    misses: [
      [noted('whitelist-source-range', '10.0.0.0/8'), noted('allowlist-source-range', '10.0.0.0/9,10.128.0.0/9')],
      [noted('whitelist-source-range', '10.0.0.0/8,192.0.2.0/24'), noted('whitelist-source-range', '192.0.2.7')],
      [ingress(), noted('whitelist-source-range', '0.0.0.0/0')],
      [noted('denylist-source-range', '192.0.2.0/25'), noted('denylist-source-range', '192.0.2.0/24')],
      [noted('whitelist-source-range', '10.0.0.0/8'), undefined],
    ],
  },
  'ingress-auth-removed': {
    hits: [
      [noted('auth-type', 'basic'), ingress()],
      [noted('auth-tls-secret', 'shop/ca'), noted('auth-tls-secret', '')],
      [noted('auth-tls-verify-client', 'on'), noted('auth-tls-verify-client', 'Optional')],
    ],
    misses: [
      [noted('auth-type', 'basic'), noted('Auth-Type', 'digest')],
      [noted('auth-tls-verify-client', 'off'), noted('auth-tls-verify-client', 'optional')],
      [noted('author', 'me'), ingress()],
      [noted('auth-type', 'basic'), undefined],
    ],
  },
  'ingress-tls-removed': {
    hits: [
      [tls('shop.test'), ingress()],
      [tls('shop.test'), tls('other.test')],
      [ingress({ tls: [{ secretName: 'x' }] }), tls('other.test')],
      [tls('*.test'), ingress({ tls: [] })],
    ],
    misses: [
      [tls('shop.test'), tls('SHOP.test')],
      [tls('shop.test'), tls('*.test')],
      [tls('shop.test'), ingress({ tls: [{ secretName: 'x' }] })],
      [tls('gone.test', 'shop.test'), tls('shop.test')],
      [ingress(), ingress()],
      [tls('shop.test'), undefined],
    ],
  },
  'ingress-satisfy-any': {
    hits: made(noted('satisfy', 'any'), noted('satisfy', ' ANY')),
    misses: made(noted('satisfy', 'all')),
  },
  'ingress-ssl-redirect': {
    hits: made(noted('ssl-redirect', 'false'), noted('force-ssl-redirect', 'F'), noted('SSL-Redirect', '0')),
    misses: made(noted('ssl-redirect', 'true'), noted('preserve-trailing-slash', 'false')),
  },
  'ingress-ssl-passthrough': {
    hits: made(noted('ssl-passthrough', 'True')),
    misses: made(noted('ssl-passthrough', 'false')),
  },
  'ingress-upstream-vhost': {
    hits: made(noted('upstream-vhost', 'a.test')),
    misses: made(noted('upstream-vhost', '')),
  },
  'ingress-server-alias': { hits: made(noted('server-alias', 'a.test')), misses: made(noted('server-alias', ' ')) },
  'ingress-cors': {
    hits: made(
      noted('enable-cors', 'true'),
      ingress({}, { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test, *' }),
      ingress({}, { 'cors-allow-credentials': 'true', 'Enable-CORS': 'true' }),
    ),
    misses: made(
      ingress({}, { 'enable-cors': 'true', 'cors-allow-credentials': 'false' }),
      ingress({}, { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test' }),
      noted('cors-allow-origin', '*'),
    ),
  },
  'ingress-host': {
    hits: made(serving(host(undefined, path('/'))), serving(host('', path('/'))), serving(host('*.test', path('/')))),
    misses: made(serving(host('a.test', path('/'))), serving()),
  },
  'ingress-default-backend': {
    hits: made(ingress({ defaultBackend: { service: { name: 'web' } } }), ingress({ backend: { serviceName: 'web' } })),
    misses: made(ingress(), service({ backend: { serviceName: 'web' } })),
  },
  'ingress-path-widened': {
    hits: [
      [serving(host('a.test', path('/', 'Exact'))), serving(host('a.test', path('/')))],
      [serving(host('a.test', path('/x', 'Exact'))), serving(host('a.test', path('/')))],
      [serving(host('a.test', path('/x'))), serving(host('a.test', path('/x'), path('/', 'ImplementationSpecific')))],
      [serving(host('a.test', path('/x', 'Exact'))), serving(host('A.test', path('/x')))],
    ],
    misses: [
      [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'Exact')))],
      [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'ImplementationSpecific')))],
      [serving(host('a.test', path('/x'))), serving(host('a.test', path('/x'), path('/y')))],
      [serving(host('b.test', path('/x'))), serving(host('a.test', path('/')))],
    ],
  },
  'ingress-class-changed': {
    hits: [
      [ingress(), ingress({ ingressClassName: 'internet' })],
      [ingress(), ingress({ ingressClassName: null })],
      [
        object('networking.k8s.io/v1', 'Ingress', {}, { 'kubernetes.io/ingress.class': 'inside' }),
        object('networking.k8s.io/v1', 'Ingress', {}, { 'kubernetes.io/ingress.class': 'internet' }),
      ],
    ],
    misses: [
      [ingress(), ingress(escaped)],
      [object('networking.k8s.io/v1', 'Ingress', {}, { 'kubernetes.io/ingress.class': 'nginx' }), ingress()],
      [ingress(), undefined],
    ],
  },
  'ingress-use-regex': { hits: made(noted('use-regex', 'true')), misses: made(noted('use-regex', 'false')) },
  'ingress-backend-switched': {
    hits: [[serving(host('a.test', path('/', 'Prefix', 'web'))), serving(host('a.test', path('/', 'Prefix', 'evil')))]],
    misses: [
      [serving(host('a.test', path('/'))), serving(host('a.test', path('/', 'Exact')))],
      [serving(host('a.test', path('/'))), serving(host('a.test', path('/'), path('/new', 'Prefix', 'other')))],
      [serving(host('a.test', path('/'), path('/b'))), serving(host('a.test', path('/b'), path('/')))],
    ],
  },
  'service-external-name': {
    hits: made(service({ type: 'ExternalName', externalName: 'ledger.payments.svc' })),
    misses: made(service({ type: 'ClusterIP', externalName: 'x' }), object('v1', 'Other', { type: 'ExternalName' })),
  },
  'service-external-ips': {
    hits: made(service({ externalIPs: ['192.0.2.1'] })),
    misses: made(service({ externalIPs: [] }), service({ loadBalancerIP: '192.0.2.1' })),
  },
  'policy-lets-all': {
    hits: made(
      policy({ ingress: [{}] }),
      policy({ egress: [{}] }),
      policy({ ingress: [{ from: [] }] }),
      policy({ ingress: [{ from: null, ports: [{ port: 80 }] }] }),
      policy({ ingress: [{ from: [{ podSelector: {} }] }, { ports: [{ port: 80 }] }] }),
      policy({ egress: [{ from: [{ podSelector: {} }] }] }),
    ),
    misses: made(policy({ ingress: [] }), policy({}), policy({ ingress: [{ from: [{ podSelector: {} }] }] })),
  },
  'policy-open-block': {
    hits: made(
      policy({ ingress: [{ from: blocks('0.0.0.0/0') }] }),
      policy({ ingress: [{ from: blocks('10.1.2.3/0') }] }),
      policy({ egress: [{ to: blocks('::/0') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '128.0.0.0/1') }] }),
      policy({ ingress: [{ from: blocks('128.0.0.0/1') }, { from: blocks('64.0.0.0/2', '0.0.0.0/2') }] }),
      policy({ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }] }),
      policy({ ingress: [{ from: blocks('::ffff:0:0/96') }] }),
      policy({ ingress: [{ from: blocks('0:0:0:0:0:ffff:0:0/96') }] }),
      policy({ egress: [{ to: blocks('0.0.0.0/1', '0::ffff:128.0.0.0/97') }] }),
      policy({ egress: [{ to: blocks('64:ff9b::/96') }] }),
      policy({ egress: [{ to: blocks('64:ff9b::/95') }] }),
    ),
    misses: made(
      policy({ ingress: [{ from: blocks('::ffff:10.0.0.0/104', '64:ff9b:1::/48', '2001:db8::/32') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '128.0.0.0/2') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1') }], egress: [{ to: blocks('128.0.0.0/1') }] }),
      policy({ ingress: [{ from: blocks('0.0.0.0/1', '8000::/1') }] }),
    ),
  },
  'policy-every-namespace': {
    hits: made(
      policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] }),
      policy({
        egress: [{ to: [{ podSelector: { matchLabels: { a: 'b' } }, namespaceSelector: { matchLabels: {} } }] }],
      }),
      policy({
        ingress: [
          {
            from: [
              { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'Exists' }] } },
            ],
          },
        ],
      }),
    ),
    misses: made(
      policy({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }] }] }),
      policy({ ingress: [{ from: [{ podSelector: {} }] }] }),
      policy({ ingress: [{ from: [{ podSelector: {}, namespaceSelector: null }] }] }),
    ),
  },
  'policy-metadata': {
    hits: made(
      policy({ egress: [{ to: blocks('169.254.169.254/32') }] }),
      policy({ egress: [{ to: blocks('169.254.0.0/16') }] }),
      policy({ egress: [{ to: blocks('0.0.0.0/0') }] }),
      policy({ egress: [{ to: blocks('fd00:ec2::/32') }] }),
      policy({ egress: [{ to: blocks('0:0:0:0:0:ffff:a9fe:a9fe/128') }] }),
      policy({ egress: [{ to: blocks('64:ff9b::169.254.0.0/112') }] }),
    ),
    misses: made(
      policy({
        egress: [{ to: [{ ipBlock: { cidr: '0::ffff:0:0/96', except: ['::ffff:169.254.169.254/128'] } }] }],
      }),
      policy({ egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } }] }] }),
      policy({ egress: [{ to: blocks('169.254.170.0/24') }] }),
      policy({ ingress: [{ from: blocks('169.254.169.254/32') }] }),
    ),
  },
  'policy-types-removed': {
    hits: [
      [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({ policyTypes: ['Ingress'] })],
      [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({ policyTypes: ['Egress'] })],
      [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({})],
      [policy({ egress: [{ to: blocks('10.0.0.0/8') }] }), policy({ egress: [] })],
    ],
    misses: [
      [policy({ policyTypes: ['Ingress', 'Egress'] }), policy({ policyTypes: ['Egress', 'Ingress'] })],
      [policy({}), policy({ policyTypes: ['Ingress'] })],
      [policy({ policyTypes: ['Ingress'] }), policy({ policyTypes: ['Ingress', 'Egress'] })],
      [policy({ policyTypes: ['Ingress'] }), undefined],
    ],
  },
  'policy-except-removed': {
    hits: [
      [
        policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }),
        policy({ ingress: [{ from: blocks('10.0.0.0/8') }] }),
      ],
      [
        policy({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16'] } }] }] }),
        policy({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/17'] } }] }] }),
      ],
    ],
    misses: [
      [
        policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }),
        policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/15'] } }] }] }),
      ],
      [
        policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }),
        policy({ ingress: [] }),
      ],
    ],
  },
  'policy-selector-narrowed': {
    hits: [
      [policy({}), policy({ podSelector: { matchLabels: { app: 'web' } } })],
      [
        policy({ podSelector: { matchLabels: { app: 'web' } } }),
        policy({ podSelector: { matchLabels: { app: 'db' } } }),
      ],
      [policy({}), policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } })],
    ],
    misses: [
      [
        policy({ podSelector: { matchLabels: { app: 'web', tier: 'x' } } }),
        policy({ podSelector: { matchLabels: { tier: 'x' } } }),
      ],
      [
        policy({ podSelector: { matchLabels: { app: 'web' } } }),
        policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] } }),
      ],
      [policy({ podSelector: { matchLabels: { app: 'web' } } }), policy({})],
    ],
  },
  'policy-deleted': {
    hits: [[policy({}), undefined]],
    misses: [
      [policy({}), policy({})],
      [ingress(), undefined],
      [object('crd.projectcalico.org/v1', 'NetworkPolicy', {}), undefined],
    ],
  },
  'workload-privileged': {
    hits: made(
      deployment({}, { securityContext: { privileged: true } }),
      deployment({ initContainers: [{ name: 'init', securityContext: { privileged: true } }] }),
      cronJob({ containers: [{ name: 'job', securityContext: { privileged: true } }] }),
      object('v1', 'Pod', { containers: [{ name: 'x', securityContext: { privileged: true } }] }),
    ),
    misses: made(
      deployment({}, { securityContext: { privileged: false } }),
      deployment({ securityContext: { privileged: true } }),
    ),
  },
  'workload-host-path': {
    hits: made(deployment({ volumes: [{ name: 'x', hostPath: { path: '/' } }] })),
    misses: made(deployment({ volumes: [{ name: 'hostPath', emptyDir: {} }] })),
  },
  'workload-host-namespaces': {
    hits: made(deployment({ hostNetwork: true }), deployment({ hostPID: true }), cronJob({ hostIPC: true })),
    misses: made(deployment({ hostNetwork: false, hostUsers: true })),
  },
  'workload-registry': {
    hits: [
      [image('registry.acme.test/web:1'), image('evil.test/web:1')],
      [image('registry.acme.test/web:1'), image('web:1')],
      [image('registry.acme.test/web:1'), image('registry.acme.test:5000/web:1')],
      [image('team/web:1'), image('localhost/web:1')],
      [deployment({}), deployment({ initContainers: [{ name: 'new', image: 'evil.test/x' }] })],
    ],
    misses: [
      [image('registry.acme.test/web:1'), image('Registry.acme.test/web@sha256:0')],
      [image('web:1'), image('docker.io/library/web:2')],
      [image('team/web'), image('web:2')],
      [deployment({}), deployment({ initContainers: [{ name: 'new', image: 'registry.acme.test/x' }] })],
      [image('registry.acme.test/web:1'), undefined],
    ],
  },
  'workload-service-account': {
    hits: [
      [deployment({}), deployment({ serviceAccountName: 'admin' })],
      [deployment({ serviceAccountName: 'web' }), deployment({})],
      [deployment({ serviceAccountName: 'web' }), deployment({ serviceAccount: 'admin' })],
    ],
    misses: [
      [deployment({}), deployment({ serviceAccountName: 'default' })],
      [deployment({ serviceAccount: 'web' }), deployment({ serviceAccountName: 'web' })],
      [deployment({ serviceAccountName: 'web' }), undefined],
    ],
  },
  'route-hostnames': {
    hits: made(
      route({ hostnames: [] }),
      route({ hostnames: ['a.test', '*.test'] }),
      object('gateway.networking.k8s.io/v1', 'TLSRoute', {}),
    ),
    misses: made(route({}), object('route.openshift.io/v1', 'Route', {})),
  },
  'route-other-namespace': {
    hits: made(
      route({ rules: [{ backendRefs: [{ name: 'ledger', namespace: 'payments' }] }] }),
      route({
        rules: [
          { filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'x', namespace: 'evil' } } }] },
        ],
      }),
    ),
    misses: made(route({ rules: [{ backendRefs: [{ name: 'web', namespace: 'shop' }, { name: 'web' }] }] })),
  },
  'route-filters': {
    hits: made(
      route({ rules: [{ filters: [{ type: 'RequestMirror' }] }] }),
      route({ rules: [{ filters: [{ type: 'urlRewrite' }] }] }),
      route({ rules: [{ backendRefs: [{ name: 'web', filters: [{ type: 'ExtensionRef' }] }] }] }, 'GRPCRoute'),
    ),
    misses: made(route({ rules: [{ filters: [{ type: 'RequestHeaderModifier' }, { type: 'constructor' }] }] })),
  },
};

test('all of IPv6 is not called all of IPv4 too', () => {
  const said = cautionsOf(undefined, policy({ egress: [{ to: blocks('::/0') }] }));
  expect(said.filter((text) => text.includes('IPv4'))).toEqual([]);
});

test('every rule has what triggers it and what nearly does', () => {
  expect(Object.keys(cases).sort()).toEqual(rules.map(({ name }) => name).sort());
  for (const { hits, misses } of Object.values(cases)) expect(Math.min(hits.length, misses.length)).toBeGreaterThan(0);
});

describe.each(Object.entries(cases))('%s', (name, { hits, misses }) => {
  test.each(hits.map((change) => [change] as const))('is found in %j', ([before, after]) => {
    expect(found(name, before, after)).not.toEqual([]);
    expect(cautionsOf(before, after)).not.toEqual([]);
  });

  test.each(misses.map((change) => [change] as const))('is not found in %j', ([before, after]) => {
    expect(found(name, before, after)).toEqual([]);
  });
});

describe('the cautions of a change', () => {
  test('the paths and certificates of twenty thousand hosts are judged in a moment', () => {
    const hosts = Array.from({ length: 20_000 }, (_, index) => `h-${index}.a.test`);
    const large = (service: string) =>
      ingress({ rules: hosts.map((name) => host(name, path('/', 'Prefix', service))), tls: [{ hosts }] });
    const [before, after] = [large('web'), large('other')];
    const started = performance.now();
    expect(cautionsOf(before, after)).toHaveLength(20_000);
    // Comparing each with each takes several times as long.
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  const snippet = noted('configuration-snippet', 'deny all;');

  test('say what it introduces and what it keeps, and nothing of what it takes away', () => {
    const says =
      'a snippet that runs inside the ingress controller, where it can read every TLS secret: nginx.ingress.kubernetes.io/configuration-snippet (CVE-2021-25742).';
    expect(cautionsOf(undefined, snippet)).toEqual([`Introduces ${says}`]);
    expect(cautionsOf(ingress(), snippet)).toEqual([`Introduces ${says}`]);
    expect(cautionsOf(snippet, snippet)).toEqual([`Keeps ${says}`]);
    expect(cautionsOf(snippet, noted('configuration-snippet', 'allow all;'))).toEqual([`Introduces ${says}`]);
    expect(cautionsOf(snippet, ingress())).toEqual([]);
    expect(cautionsOf(snippet, undefined)).toEqual([]);
    expect(cautionsOf(undefined, undefined)).toEqual([]);
  });

  test('begin with the worst, and there with what is new', () => {
    const before = ingress({}, { 'server-snippet': 'x', 'use-regex': 'true' });
    const after = ingress(
      {},
      { 'use-regex': 'true', 'server-alias': 'a.test', 'rewrite-target': '/', 'server-snippet': 'x' },
    );
    expect(
      cautionsOf(before, after).map((line) => line.replace(/^(\w+).*kubernetes\.io\/([a-z-]+).*$/, '$1 $2')),
    ).toEqual(['Introduces rewrite-target', 'Keeps server-snippet', 'Introduces server-alias', 'Keeps use-regex']);
  });

  test('of several objects begin with the worst of all, each with its object', () => {
    const named = (name: string, one: Manifest): Manifest => ({ ...one, metadata: { ...one.metadata, name } });
    const old = named('old', noted('server-snippet'));
    const mild = named('mild', noted('use-regex', 'true'));
    const wild = named('wild', noted('rewrite-target', '/'));
    const { cautions: said } = assess([
      { before: old, after: { ...old } },
      { before: undefined, after: mild },
      { before: named('wild', ingress()), after: wild },
      { before: named('gone', noted('server-snippet')), after: undefined },
    ]);
    expect(said.map((line) => line.replace(/^(\w+).*kubernetes\.io\/([a-z-]+).* \((.*)\)\.$/, '$1 $2 $3'))).toEqual([
      'Introduces rewrite-target Ingress shop/wild',
      'Keeps server-snippet Ingress shop/old',
      'Introduces use-regex Ingress shop/mild',
    ]);
    expect(cautionsOf(undefined, wild).join()).not.toContain('shop/wild');
  });

  test('name the flaw that a critical annotation is known for', () => {
    const named = (key: string) => cautionsOf(undefined, noted(key))[0] ?? '';
    expect(named('server-snippet')).toContain('CVE-2021-25742');
    expect(named('auth-url')).toContain('CVE-2025-24514');
    expect(named('auth-tls-match-cn')).toContain('CVE-2025-1097');
    expect(named('mirror-target')).toContain('CVE-2025-1098');
    expect(named('rewrite-target')).toContain('CVE-2026-3288');
  });

  test('of a deployment that is only restarted, or an ordinary Ingress, are none', () => {
    expect(cautionsOf(deployment({}), deployment({ restartPolicy: 'Always' }))).toEqual([]);
    expect(cautionsOf(undefined, tls('shop.test'))).toEqual([]);
    expect(cautionsOf(undefined, policy({ policyTypes: ['Ingress', 'Egress'] }))).toEqual([]);
  });

  test('show nothing of an object that could format or hide', () => {
    const [line = ''] = cautionsOf(undefined, serving(host('a.test', path(`/a\n\u202e${'x'.repeat(500)}`))));
    expect(line).toContain('"/a [U+202E]xxx');
    expect(line.length).toBeLessThan(300);
  });

  test('are the same whatever the order and case of the annotations', () => {
    const keys = [
      'server-snippet',
      'auth-url',
      'mirror-target',
      'rewrite-target',
      'auth-tls-match-cn',
      'server-alias',
      'satisfy',
    ];
    const normal = (lines: readonly string[]) => lines.map((line) => line.toLowerCase()).sort();
    const annotated = (list: readonly string[]) =>
      cautionsOf(undefined, ingress({}, Object.fromEntries(list.map((key) => [key, 'any']))));
    const expected = normal(annotated(keys));
    expect(expected).toHaveLength(keys.length);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(keys, { minLength: keys.length }),
        fc.array(fc.boolean(), { minLength: keys.length, maxLength: keys.length }),
        (order, loud) => {
          const spelled = order.map((key, index) => (loud[index] === true ? key.toUpperCase() : key));
          expect(normal(annotated(spelled))).toEqual(expected);
        },
      ),
    );
  });

  test('never fail on an object of whatever shape', () => {
    const words = fc.constantFrom(
      'spec',
      'rules',
      'http',
      'paths',
      'template',
      'containers',
      'ingress',
      'egress',
      'from',
      'to',
      'ipBlock',
      'tls',
      'hosts',
      'filters',
      'podSelector',
      'matchLabels',
      'policyTypes',
      'toString',
      'toJSON',
      'externalIPs',
      'hostnames',
    );
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Json[]>(null, 1, 'x', '', true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(words, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    const kinds = fc.constantFrom<[string, string][]>(
      ['networking.k8s.io/v1', 'Ingress'],
      ['networking.k8s.io/v1', 'NetworkPolicy'],
      ['v1', 'Service'],
      ['v1', 'Pod'],
      ['apps/v1', 'Deployment'],
      ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    );
    fc.assert(
      fc.property(kinds, tree, tree, ([apiVersion, kind], one, other) => {
        const [before, after] = [one, other].map((spec) => ({ ...object(apiVersion, kind, {}), spec }));
        cautionsOf(before, after);
        cautionsOf(before, undefined);
      }),
    );
  });
});
