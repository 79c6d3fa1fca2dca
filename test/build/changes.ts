import type { Manifest } from '#domain/plan.ts';
import { change } from '#kinds/change/change.ts';
import type { Kind } from '#kinds/kind.ts';

const operations = ['create', 'update', 'delete'];
const networking = { group: 'networking.k8s.io', version: 'v1', operations };

/** As in `changes.yaml`: Ingresses, NetworkPolicies, ConfigMaps and Deployments. */
export const changeable = [
  { name: 'ingresses', title: 'Ingresses', ...networking, resource: 'ingresses', kind: 'Ingress' },
  {
    name: 'networkpolicies',
    title: 'NetworkPolicies',
    ...networking,
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
  },
  {
    name: 'configmaps',
    title: 'ConfigMaps',
    group: '',
    version: 'v1',
    resource: 'configmaps',
    kind: 'ConfigMap',
    operations,
  },
  {
    name: 'deployments',
    title: 'Deployments',
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    kind: 'Deployment',
    operations,
  },
];

/** The change kind over these resources; throws when they are refused. */
export const changeOver = (resources: readonly unknown[] = changeable): Kind => {
  const kind = change.configure({ resources });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};

const liveMetadata = {
  name: 'shop',
  namespace: 'shop-front',
  uid: 'c0ffee',
  resourceVersion: '41',
  generation: 3,
  creationTimestamp: '2026-11-01T10:00:00Z',
  managedFields: [{ manager: 'argocd', operation: 'Apply' }],
  labels: { team: 'shop' },
  annotations: { 'example.com/owner': 'shop', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
};

/** As the API server has it: with what only it writes, and fields that nobody here knows. */
export const liveIngress: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: liveMetadata,
  spec: {
    ingressClassName: 'nginx',
    unheardOf: { kept: true },
    rules: [
      {
        host: 'shop.acme.test',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } }, more: 1 },
            { path: '/api', pathType: 'Prefix', backend: { service: { name: 'api', port: { name: 'http' } } } },
            { path: '/api', pathType: 'Exact', backend: { service: { name: 'api', port: { name: 'http' } } } },
          ],
        },
      },
      {
        host: 'old.acme.test',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
    tls: [{ hosts: ['shop.acme.test', 'old.acme.test'], secretName: 'shop-tls' }],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } },
};
