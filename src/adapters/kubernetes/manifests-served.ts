import type { Json } from '#domain/json.ts';
import type { Component } from './manifests-deployment.ts';
import { home, labels } from './manifests-names.ts';

/** Where Prometheus reads, as HALLPASS_METRICS_PORT says. */
export const metricsPort = { name: 'metrics', containerPort: 9090 } as const;

const asked = (path: string) => ({ httpGet: { path, port: 'health' }, timeoutSeconds: 5 });

/** As a container has it that only says how it is, beside these ports. */
export const saysHowItIs = (ports: readonly { readonly name: string; readonly containerPort: number }[] = []) => ({
  ports: [...ports, { name: 'health', containerPort: 8081 }, metricsPort],
  livenessProbe: { ...asked('/livez'), periodSeconds: 10, failureThreshold: 6 },
  readinessProbe: { ...asked('/readyz'), periodSeconds: 5, failureThreshold: 3 },
});

const probe = (path: string) => ({ httpGet: { path, port: 'https', scheme: 'HTTPS' }, timeoutSeconds: 2 });

/** As a container has it whose process answers an API server on this port. */
export const servedOn = (port: number) => ({
  ports: [{ name: 'https', containerPort: port }, metricsPort],
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
