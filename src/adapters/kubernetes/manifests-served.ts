import type { Json } from '#domain/json.ts';
import type { Component } from './manifests-deployment.ts';
import { home, labels } from './manifests-names.ts';

const probe = (path: string) => ({ httpGet: { path, port: 'https', scheme: 'HTTPS' }, timeoutSeconds: 2 });

/** As a container has it whose process answers an API server on this port. */
export const servedOn = (port: number) => ({
  ports: [{ name: 'https', containerPort: port }],
  livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 3 },
  // What does not answer any more, or is not believed, is found soon: until then calls to it fail.
  readinessProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 2 },
});

/** Where the API server finds these processes: on this port, and as `spec` says beside it. */
export const serviceOf = (component: Component, port: number, spec: { readonly [field: string]: Json } = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `hallpass-${component}`, namespace: home, labels: labels(component) },
  spec: { ...spec, selector: labels(component), ports: [{ name: 'https', port, targetPort: 'https' }] },
});
