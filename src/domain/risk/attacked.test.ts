import { describe, expect, test } from 'vitest';
import type { Manifest } from '#domain/plan.ts';
import {
  account,
  binding,
  blocks,
  deployment,
  gateway,
  granting,
  host,
  image,
  ingress,
  labelled,
  listening,
  noted,
  object,
  path,
  policy,
  role,
  route,
  service,
  serving,
  webhook,
  whole,
} from '#test/build/risk.ts';
import { findingsIn, levelOf } from './assess.ts';

const level = (before: Manifest | undefined, after: Manifest | undefined) => levelOf(findingsIn([{ before, after }]));
/** With annotations just as they are written. */
const annotated = (annotations: Record<string, string>): Manifest => ({
  ...ingress(),
  metadata: { name: 'it', namespace: 'shop', annotations },
});
const own = 'nginx.ingress.kubernetes.io';

describe('an Ingress', () => {
  test.each([
    ['auth-type', 'basic'],
    ['whitelist-source-range', '10.0.0.0/8'],
    ['auth-tls-secret', 'shop/ca'],
    ['enable-modsecurity', 'true'],
    ['limit-rps', '5'],
  ])('whose %s moves to a prefix that no controller reads has lost it', (name, value) => {
    expect(level(annotated({ [`${own}/${name}`]: value }), annotated({ [`nowhere.test/${name}`]: value }))).not.toBe(
      'none',
    );
  });

  test('whose protection goes on in capital letters, which no controller reads, has lost it', () => {
    expect(level(annotated({ [`${own}/auth-type`]: 'basic' }), annotated({ [`${own}/Auth-Type`]: 'basic' }))).not.toBe(
      'none',
    );
  });

  test('whose snippet was under a prefix that nobody reads introduces it under one that the controller reads', () => {
    expect(
      level(annotated({ 'nowhere.test/server-snippet': 'x' }), annotated({ [`${own}/server-snippet`]: 'x' })),
    ).toBe('critical');
  });

  test('that turns off the check of client certificates asks for less, also where nothing was said of it', () => {
    const before = ingress({}, { 'auth-tls-secret': 'shop/ca' });
    expect(level(before, ingress({}, { 'auth-tls-secret': 'shop/ca', 'auth-tls-verify-client': 'off' }))).toBe('high');
  });

  test.each([
    ['auth-secret', 'shop/staff', 'shop/mine'],
    ['auth-tls-secret', 'shop/ca', 'shop/mine'],
  ])('that checks who comes by another %s lets others in', (name, was, is) => {
    expect(level(noted(name, was), noted(name, is))).toBe('high');
  });

  test('that opts out of the authentication of all Ingresses asks for less', () => {
    expect(level(ingress(), noted('enable-global-auth', 'false'))).toBe('high');
  });

  test.each(['permanent-redirect', 'temporal-redirect'])('that sends everybody elsewhere by %s', (name) => {
    expect(level(ingress(), noted(name, 'https://shop.evil.test/'))).not.toBe('none');
  });

  test.each([
    [{ 'alb.ingress.kubernetes.io/scheme': 'internal' }, { 'alb.ingress.kubernetes.io/scheme': 'internet-facing' }],
    [
      { 'alb.ingress.kubernetes.io/inbound-cidrs': '10.0.0.0/8' },
      { 'alb.ingress.kubernetes.io/inbound-cidrs': '0.0.0.0/0' },
    ],
    [{ 'alb.ingress.kubernetes.io/auth-type': 'oidc' }, { 'alb.ingress.kubernetes.io/auth-type': 'none' }],
    [{ 'haproxy.org/allow-list': '10.0.0.0/8' }, {}],
    [{ 'nginx.org/basic-auth-secret': 'staff' }, {}],
    [{ 'nginx.com/jwt-key': 'keys' }, {}],
    [{ 'konghq.com/plugins': 'key-auth' }, {}],
    [{ 'traefik.ingress.kubernetes.io/router.middlewares': 'shop-auth@kubernetescrd' }, {}],
  ] as const)('of another controller that opens itself: %j to %j', (was, is) => {
    expect(level(annotated(was), annotated(is))).not.toBe('none');
  });

  test('that goes to another controller by an annotation, which counts more than its field', () => {
    const before = ingress({ ingressClassName: 'inside' });
    const annotations = { 'kubernetes.io/ingress.class': 'internet' };
    expect(level(before, { ...before, metadata: { name: 'it', namespace: 'shop', annotations } })).toBe('high');
  });

  test('with raw configuration for another controller by an annotation that is no snippet by its name', () => {
    expect(level(ingress(), annotated({ 'haproxy-ingress.github.io/config-backend': 'http-request deny' }))).toBe(
      'critical',
    );
  });

  test('that takes a name by external-dns', () => {
    expect(level(ingress(), annotated({ 'external-dns.alpha.kubernetes.io/hostname': 'pay.acme.test' }))).not.toBe(
      'none',
    );
  });

  test('that serves all paths as some controllers write it, by a star', () => {
    const before = serving(host('shop.test', path('/cart', 'Exact')));
    const after = serving(host('shop.test', path('/cart', 'Exact'), path('/*', 'ImplementationSpecific')));
    expect(level(before, after)).toBe('high');
  });

  test('whose paths are patterns already and that adds one for everything', () => {
    const pattern = { 'use-regex': 'true' };
    const before = ingress({ rules: [host('shop.test', path('/cart', 'ImplementationSpecific'))] }, pattern);
    const after = ingress(
      { rules: [host('shop.test', path('/cart', 'ImplementationSpecific'), path('/.*', 'ImplementationSpecific'))] },
      pattern,
    );
    expect(level(before, after)).toBe('high');
  });

  test('that takes a part of what a path has for another Service', () => {
    const before = serving(host('shop.test', path('/cart')));
    const after = serving(host('shop.test', path('/cart'), path('/cart/checkout', 'Prefix', 'thief')));
    expect(level(before, after)).toBe('high');
  });

  test('that swaps the Services of the page and of all below it', () => {
    const before = serving(host('shop.test', path('/cart', 'Prefix', 'web'), path('/cart', 'Exact', 'admin')));
    const after = serving(host('shop.test', path('/cart', 'Prefix', 'admin'), path('/cart', 'Exact', 'web')));
    expect(level(before, after)).toBe('high');
  });
});

describe('a NetworkPolicy', () => {
  const letting = (...rules: readonly { readonly from: ReturnType<typeof blocks>; readonly port: number }[]) =>
    policy({
      policyTypes: ['Ingress'],
      ingress: rules.map(({ from, port }) => ({ from, ports: [{ port }] })),
    });

  test('that lets the world to one port already, and now to the database, introduces that', () => {
    const web = { from: blocks('0.0.0.0/0'), port: 443 };
    expect(level(letting(web), letting(web, { from: blocks('0.0.0.0/0'), port: 5432 }))).toBe('critical');
  });

  test('that lets every namespace to one port already, and now to all, introduces that', () => {
    const from = [{ namespaceSelector: {} }];
    const before = policy({ ingress: [{ from, ports: [{ port: 80 }] }] });
    expect(level(before, policy({ ingress: [{ from }] }))).toBe('high');
  });

  test.each(['0.0.0.0/00', '000.000.000.000/0', '::/00'])(
    'that lets everybody in, written as the API server takes it: %s',
    (text) => {
      expect(level(undefined, policy({ ingress: [{ from: blocks(text) }] }))).toBe('critical');
    },
  );

  test.each([
    [['2000::/3']],
    [['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3']],
    [['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3', '224.0.0.0/4']],
    [['128.0.0.0/1']],
  ])('that lets the whole internet in, but for addresses that nobody has, or half of it: %j', (texts) => {
    expect(level(undefined, policy({ ingress: [{ from: blocks(...texts) }] }))).not.toBe('none');
  });

  test.each(['169.254.170.23', '169.254.170.2', '100.100.100.200', 'fd20:ce::254'])(
    'with a way out to %s, where credentials are handed out too',
    (address) => {
      const to = blocks(`${address}/${address.includes(':') ? 128 : 32}`);
      expect(level(undefined, policy({ policyTypes: ['Egress'], egress: [{ to }] }))).toBe('critical');
    },
  );

  test.each([
    { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['nobody'] },
    { key: 'nobody-has-this', operator: 'DoesNotExist' },
  ])('that lets all namespaces in but for none: %j', (expression) => {
    const from = [{ namespaceSelector: { matchExpressions: [expression] } }];
    expect(level(undefined, policy({ ingress: [{ from }] }))).toBe('high');
  });
});

describe('a policy of a network plugin’s own', () => {
  test('that lets the world in is not harmless', () => {
    const made = object('cilium.io/v2', 'CiliumNetworkPolicy', {
      endpointSelector: {},
      ingress: [{ fromEntities: ['world'] }],
    });
    expect(level(undefined, made)).not.toBe('none');
  });

  test('that lets everything in is not harmless', () => {
    const made = object('projectcalico.org/v3', 'GlobalNetworkPolicy', { ingress: [{ action: 'Allow' }] });
    expect(level(undefined, made)).not.toBe('none');
  });
});

describe('a Service', () => {
  test('whose load balancer leaves the inside does so also where it says so for a cloud that it is not in', () => {
    const balanced = (annotations: Record<string, string>) =>
      object('v1', 'Service', { type: 'LoadBalancer' }, annotations);
    const before = balanced({ 'service.beta.kubernetes.io/aws-load-balancer-internal': 'true' });
    expect(level(before, balanced({ 'networking.gke.io/load-balancer-type': 'Internal' }))).toBe('high');
  });

  test('whose load balancer opens one more port, or leads one to another', () => {
    const balanced = (...ports: { port: number; targetPort: number }[]) => service({ type: 'LoadBalancer', ports });
    const web = { port: 443, targetPort: 8443 };
    expect(level(balanced(web), balanced(web, { port: 5432, targetPort: 5432 }))).toBe('high');
    expect(level(balanced(web), balanced({ port: 443, targetPort: 9901 }))).not.toBe('none');
  });

  test('that takes a name by external-dns', () => {
    const named = object(
      'v1',
      'Service',
      { type: 'ClusterIP' },
      { 'external-dns.alpha.kubernetes.io/hostname': 'pay.acme.test' },
    );
    expect(level(service({ type: 'ClusterIP' }), named)).not.toBe('none');
  });
});

describe('a route or a Gateway', () => {
  const to = (name: string, ...paths: string[]) =>
    route({
      rules: [
        {
          matches: paths.map((value) => ({ path: { type: 'PathPrefix', value } })),
          backendRefs: [{ name, port: 80 }],
        },
      ],
    });

  test('whose rule gets another backend and one more match beside has another backend', () => {
    expect(level(to('web', '/cart'), to('thief', '/cart', '/more'))).toBe('high');
  });

  test('that serves all paths, where one page was served', () => {
    const rule = (type: string, value: string) =>
      route({ rules: [{ matches: [{ path: { type, value } }], backendRefs: [{ name: 'web', port: 80 }] }] });
    expect(level(rule('Exact', '/cart'), rule('PathPrefix', '/'))).toBe('high');
  });

  test.each([
    { type: 'RequestRedirect', requestRedirect: { hostname: 'shop.evil.test' } },
    { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-forwarded-user', value: 'admin' }] } },
    { type: 'CORS', cors: { allowOrigins: ['*'], allowCredentials: true } },
  ])('with a filter that sends away, fakes or lets any site in: %j', (filter) => {
    const rule = { backendRefs: [{ name: 'web', port: 80 }] };
    expect(level(route({ rules: [rule] }), route({ rules: [{ ...rule, filters: [filter] }] }))).not.toBe('none');
  });

  test('whose external authentication goes asks for less', () => {
    const rule = { backendRefs: [{ name: 'web', port: 80 }] };
    const filters = [
      { type: 'ExternalAuth', externalAuth: { protocol: 'HTTP', backendRef: { name: 'auth', port: 80 } } },
    ];
    expect(level(route({ rules: [{ ...rule, filters }] }), route({ rules: [rule] }))).toBe('high');
  });

  test('whose listener goes on without encryption under another name', () => {
    expect(level(listening({}), listening({ name: 'plain', protocol: 'HTTP', port: 80 }))).toBe('high');
  });

  test('whose listener shows another certificate', () => {
    const shown = (name: string) => listening({ tls: { mode: 'Terminate', certificateRefs: [{ name }] } });
    expect(level(shown('shop'), shown('mine'))).not.toBe('none');
  });

  test('whose routes may come from all namespaces but for none', () => {
    const selector = { matchExpressions: [{ key: 'nobody-has-this', operator: 'DoesNotExist' }] };
    const open = { allowedRoutes: { namespaces: { from: 'Selector', selector } } };
    expect(level(gateway({ listeners: [] }), listening(open))).toBe('high');
  });
});

describe('rights', () => {
  test.each(['edit', 'system:kube-controller-manager', 'system:node'])('somebody gets all those of %s', (name) => {
    expect(level(undefined, binding({ name }, account('bot')))).not.toBe('none');
  });

  test.each([
    ['patch', 'namespaces', ''],
    ['create update patch', 'secrets', ''],
    ['create', 'apiservices', 'apiregistration.k8s.io'],
    ['patch', 'endpointslices', 'discovery.k8s.io'],
    ['patch', 'services/status', ''],
    ['create delete', 'networkpolicies', 'networking.k8s.io'],
  ])('to %s %s are not harmless', (verbs, resources, group) => {
    expect(level(undefined, granting(verbs, resources, group))).not.toBe('none');
  });

  test('to read every address of the API server are not harmless', () => {
    expect(level(undefined, role({ verbs: ['get'], nonResourceURLs: ['*'] }))).not.toBe('none');
  });
});

describe('what a controller of Ingresses is set to', () => {
  test.each([
    [{ 'allow-snippet-annotations': 'false' }, { 'allow-snippet-annotations': 'true' }],
    [{ 'annotations-risk-level': 'High' }, { 'annotations-risk-level': 'Critical' }],
    [{}, { '5432': 'pay/postgres:5432' }],
    [{ 'global-auth-url': 'https://auth.acme.test' }, {}],
  ])('goes from %j to %j', (was, is) => {
    const settings = (data: Record<string, string>): Manifest => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ingress-nginx-controller', namespace: 'ingress-nginx' },
      data,
    });
    expect(level(settings(was), settings(is))).not.toBe('none');
  });
});

describe('a workload', () => {
  test.each([
    [{ runAsNonRoot: true, runAsUser: 1000 }],
    [{ allowPrivilegeEscalation: false }],
    [{ capabilities: { drop: ['ALL'] } }],
    [{ seccompProfile: { type: 'RuntimeDefault' } }],
  ])('that loses what held it: %j', (securityContext) => {
    expect(level(deployment({}, { securityContext }), deployment({}))).not.toBe('none');
  });

  test.each(['NET_RAW', 'SYSLOG', 'SYS_TIME', 'AUDIT_CONTROL'])('with %s, which no standard allows', (name) => {
    expect(level(deployment({}), deployment({}, { securityContext: { capabilities: { add: [name] } } }))).not.toBe(
      'none',
    );
  });

  test('that the node’s own separation of processes does not hold', () => {
    const securityContext = { seLinuxOptions: { type: 'spc_t' } };
    expect(level(deployment({}), deployment({}, { securityContext }))).not.toBe('none');
  });

  test('with a volume out of a repository, which runs what that repository says on the node (CVE-2024-10220)', () => {
    const volumes = [{ name: 'code', gitRepo: { repository: 'https://evil.test/x.git' } }];
    expect(level(deployment({}), deployment({ volumes }))).not.toBe('none');
  });

  test('with an image of somebody else in the registry where everybody may publish', () => {
    expect(level(image('docker.io/library/nginx:1.29'), image('docker.io/someone/nginx:1.29'))).not.toBe('none');
    expect(level(image('ghcr.io/acme/web:1'), image('ghcr.io/someone/web:1'))).not.toBe('none');
  });

  test('whose image is not held by its digest any more', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(level(image(`registry.acme.test/web@${digest}`), image('registry.acme.test/web:1'))).not.toBe('none');
  });

  test('as a PodTemplate', () => {
    const spec = { containers: [{ name: 'main', image: 'x:1', securityContext: { privileged: true } }] };
    expect(level(undefined, whole('v1', 'PodTemplate', { template: { spec } }))).toBe('critical');
  });

  test('as jobs of a set, each with a template of its own', () => {
    const spec = { hostPID: true, containers: [{ name: 'main', image: 'x:1' }] };
    const made = object('jobset.x-k8s.io/v1alpha2', 'JobSet', {
      replicatedJobs: [{ name: 'a', template: { spec: { template: { spec } } } }],
    });
    expect(level(undefined, made)).toBe('critical');
  });
});

describe('what guards the cluster', () => {
  test('a namespace that left it to the cluster and now lets pods do everything', () => {
    const key = 'pod-security.kubernetes.io/enforce';
    expect(level(labelled({}), labelled({ [key]: 'privileged' }))).not.toBe('none');
  });

  test('a webhook that looks only at the versions that it names', () => {
    expect(level(webhook({ matchPolicy: 'Equivalent' }), webhook({ matchPolicy: 'Exact' }))).toBe('critical');
  });

  test('a webhook that cannot be asked any more, as nobody has its key, while its failure lets through', () => {
    const asked = (caBundle: string) =>
      webhook({ failurePolicy: 'Ignore', clientConfig: { service: { name: 'a', namespace: 'b' }, caBundle } });
    expect(level(asked('T0xE'), asked('TkVX'))).toBe('critical');
  });

  test('a policy of the API server’s own that rewrites objects of everybody', () => {
    expect(
      level(
        undefined,
        whole('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicy', { spec: { mutations: [] } }),
      ),
    ).not.toBe('none');
  });
});
