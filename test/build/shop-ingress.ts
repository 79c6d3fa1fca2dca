import type { ContentRef } from '#domain/content/content.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Conflict } from '#domain/request/events.ts';

export const ingressTarget = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  namespace: 'shop',
  name: 'web',
} as const;

/** What the log holds of a content that fits on the card. */
export const contentRefOf = (changed: Partial<ContentRef> = {}): ContentRef => ({
  digest: 'digest of the content',
  targets: [{ op: 'update', ...ingressTarget }],
  lines: 12,
  added: 3,
  removed: 1,
  fits: true,
  ...changed,
});

export const conflictAt = (path: string, changed: Partial<Conflict> = {}): Conflict => ({
  target: ingressTarget,
  path,
  before: 'web',
  applied: 'beta',
  now: 'gamma',
  by: ['argocd-controller'],
  ...changed,
});

export const backend = (service: string): Json => ({ service: { name: service, port: { number: 80 } } });
export const pathTo = (path: string, service: string): Json => ({
  path,
  pathType: 'Prefix',
  backend: backend(service),
});
export const ruleFor = (host: string, ...paths: readonly Json[]): Json => ({ host, http: { paths: [...paths] } });

/** An Ingress as it may stand in a cluster: two hosts, a status, and a field that no library knows. */
export const shopIngress = (rules: readonly Json[] = usualRules): Manifest => ({
  apiVersion: ingressTarget.apiVersion,
  kind: ingressTarget.kind,
  metadata: { name: ingressTarget.name, namespace: ingressTarget.namespace, labels: { team: 'checkout' } },
  spec: { ingressClassName: 'nginx', rules: [...rules], fromTheFuture: { 'odd/key': [{}, null] } },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
});

const usualRules: readonly Json[] = [
  ruleFor('shop.acme.test', pathTo('/', 'web')),
  ruleFor('pay.acme.test', pathTo('/pay', 'ledger')),
];

/** Adds `/beta` of the shop's host, leading to `beta`. */
export const addBeta: Json = {
  edits: [
    {
      do: 'ingress',
      name: ingressTarget.name,
      edit: {
        type: 'add-path',
        host: 'shop.acme.test',
        path: '/beta',
        pathType: 'Prefix',
        service: 'beta',
        port: 80,
      },
    },
  ],
};
