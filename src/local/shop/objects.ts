import type { Manifest } from '#domain/plan.ts';

const namespace = (name: string, labels: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  // Older API servers do not set the name's label themselves.
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
});

const deployment = (where: string, name: string, replicas: number, listens = 8080): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: where, name, labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'main', image: `registry.acme.test/${name}:1.4.2`, ports: [{ containerPort: listens }] }],
      },
    },
  },
});

const service = (where: string, name: string, port = 80, targetPort = 8080): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: where, name },
  spec: { selector: { app: name }, ports: [{ port, targetPort }] },
});

const ingress = (where: string, name: string, host: string, paths: Record<string, string>): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { namespace: where, name },
  spec: {
    ingressClassName: 'nginx',
    tls: [{ hosts: [host], secretName: `${name}-tls` }],
    rules: [
      {
        host,
        http: {
          paths: Object.entries(paths).map(([path, backend]) => ({
            path,
            pathType: 'Prefix',
            backend: { service: { name: backend, port: { number: 80 } } },
          })),
        },
      },
    ],
  },
});

const policy = (where: string, name: string, spec: Manifest[string]): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: where, name },
  spec,
});

const only = (where: string, app: string, from: string, port: number): Manifest =>
  policy(where, `${app}-only-from-${from}`, {
    podSelector: { matchLabels: { app } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }], ports: [{ port }] }],
  });

const rbac = 'rbac.authorization.k8s.io';

/** What the requester may do without asking: edit Ingresses of the shop's front, and nothing in payments. */
const standing: readonly Manifest[] = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { namespace: 'shop-front', name: 'ingress-editors' },
    rules: [
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['ingresses'],
        verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
      },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { namespace: 'shop-front', name: 'ingress-editors' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'ingress-editors' },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'alice@acme.test' }],
  },
];

/** A small shop: a front that the world sees, payments behind it, a place to try things, and the controller that lets the world in. */
export const shopObjects: readonly Manifest[] = [
  namespace('shop-front', { team: 'checkout' }),
  namespace('shop-payments', { team: 'payments' }),
  namespace('shop-dev', { team: 'checkout' }),
  namespace('ingress-nginx'),
  deployment('shop-front', 'web', 2),
  deployment('shop-front', 'checkout', 2),
  deployment('shop-payments', 'ledger', 2),
  deployment('shop-payments', 'postgres', 1, 5432),
  deployment('shop-dev', 'web', 1),
  deployment('ingress-nginx', 'ingress-nginx-controller', 1),
  service('shop-front', 'web'),
  service('shop-front', 'checkout'),
  service('shop-payments', 'ledger'),
  service('shop-payments', 'postgres', 5432, 5432),
  service('shop-dev', 'web'),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  },
  ingress('shop-front', 'shop', 'shop.acme.test', { '/': 'web', '/checkout': 'checkout' }),
  ingress('shop-dev', 'shop', 'dev.acme.test', { '/': 'web' }),
  ingress('shop-payments', 'ledger', 'pay.acme.test', { '/webhooks': 'ledger' }),
  ingress('shop-payments', 'ledger-admin', 'pay-admin.acme.test', { '/': 'ledger' }),
  policy('shop-payments', 'deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  only('shop-payments', 'postgres', 'ledger', 5432),
  ...standing,
];
