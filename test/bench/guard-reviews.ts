import type { Manifest } from '#domain/plan.ts';
import { places } from './guard-places.ts';

const route = (path: string) => ({
  path,
  pathType: 'Prefix',
  backend: { service: { name: 'web', port: { number: 80 } } },
});

/** An Ingress as people write it. */
export const ingressNamed = (namespace: string, name: string, paths: readonly string[] = ['/']): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { namespace, name, labels: { team: 'bench' }, annotations: { 'acme.test/commit': 'c0ffee' } },
  spec: { ingressClassName: 'nginx', rules: [{ host: `${name}.acme.test`, http: { paths: paths.map(route) } }] },
});

/** As the API server keeps it: who owns which field takes more room than the rest. */
const live = (object: Manifest): Manifest => ({
  ...object,
  metadata: {
    ...object.metadata,
    uid: '1d2c7f0e-5a3b-4f7e-9a51-0d3a3e2f7b10',
    resourceVersion: '48213',
    generation: 3,
    creationTimestamp: '2026-11-20T12:00:00Z',
    managedFields: ['kubectl-client-side-apply', 'nginx-ingress-controller'].map((manager) => ({
      manager,
      operation: 'Update',
      apiVersion: 'networking.k8s.io/v1',
      time: '2026-11-20T12:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:annotations': { '.': {}, 'f:acme.test/commit': {} }, 'f:labels': { '.': {}, 'f:team': {} } },
        'f:spec': { 'f:ingressClassName': {}, 'f:rules': {} },
      },
    })),
  } as Manifest['metadata'],
  status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
});

const group = { group: 'networking.k8s.io', version: 'v1' };

/** What the API server posts when somebody changes an Ingress of the shop's front. */
export const reviewOf = (user: string, before: Manifest, after: Manifest): string =>
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { ...group, kind: 'Ingress' },
      resource: { ...group, resource: 'ingresses' },
      requestKind: { ...group, kind: 'Ingress' },
      requestResource: { ...group, resource: 'ingresses' },
      name: after.metadata.name,
      namespace: places.guard,
      operation: 'UPDATE',
      userInfo: { username: user, groups: ['engineers', 'system:authenticated'] },
      object: live(after),
      oldObject: live(before),
      dryRun: false,
      options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl' },
    },
  });

/** Adds a path, which is held. */
export const addsPath = (user: string, name: string, path = '/beta', notes: Readonly<Record<string, string>> = {}) => {
  const [before, after] = [ingressNamed(places.guard, name), ingressNamed(places.guard, name, ['/', path])];
  const metadata = { ...after.metadata, annotations: { ...after.metadata.annotations, ...notes } };
  return reviewOf(user, before, { ...after, metadata });
};

/** Changes an annotation that the policy says makes no difference. */
export const changesNothing = (user: string, name: string): string => {
  const before = ingressNamed(places.guard, name);
  const metadata = { ...before.metadata, annotations: { 'acme.test/commit': 'decaf' } };
  return reviewOf(user, before, { ...before, metadata });
};
