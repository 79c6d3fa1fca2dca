import type { Json } from '#domain/json.ts';
import { home, image, labels, spreadOverNodes } from './manifests-names.ts';

const keys = '/etc/hallpass/keys';

export type Component = 'bot' | 'worker' | 'guard' | 'watcher';

/** A guard and a watcher are of one cluster, and bots and workers of several: they do not share their settings. */
export const settingsFor = (component: Component): string =>
  component === 'guard' || component === 'watcher' ? `hallpass-${component}-config` : 'hallpass-config';

/** By the key that these share, and no bot has, values of Secrets are told apart. */
const sharing: readonly Component[] = ['worker', 'guard'];

/** What they take in at once is bounded, and needs room beside the rest. */
const takingIn: readonly Component[] = ['guard', 'watcher'];

/** What only some have, as a container and a pod have it. */
type More = { readonly [field: string]: Json };
/** A Secret of which a folder of files is made, which changes with it. */
export type SecretFolder = {
  readonly name: string;
  readonly secretName: string;
  readonly mountPath: string;
  /** The process does without it. */
  readonly optional?: true;
};
/** What each process may be given: the authority of a Redis with TLS, and for calls to it a certificate. */
const redisFiles: SecretFolder = {
  name: 'redis-tls',
  secretName: 'hallpass-redis-tls',
  mountPath: '/etc/hallpass/redis',
  optional: true,
};
export type Own = {
  readonly container?: More;
  readonly pod?: More;
  readonly env?: Readonly<Record<string, string>>;
  readonly folders?: readonly SecretFolder[];
};

/** One process of Hallpass, two of it, on two nodes if it can be. */
export const deployment = (component: Component, own: Own = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `hallpass-${component}`, namespace: home, labels: labels(component) },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels(component) },
    template: {
      metadata: { labels: labels(component) },
      spec: { ...podOf(component, own), ...spreadOverNodes(component) },
    },
  },
});

/** Its own key is mounted by itself, so that no process has a folder with another's. */
export const podOf = (component: Component, own: Own = {}) => ({
  serviceAccountName: `hallpass-${component}`,
  // Else a Service named "hallpass" would set HALLPASS_PORT for us.
  enableServiceLinks: false,
  // Steps under way are finished: a grant that is just being made or ended.
  terminationGracePeriodSeconds: 60,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  ...own.pod,
  containers: [container(component, own)],
  volumes: [
    { name: 'key', secret: { secretName: `hallpass-${component}-key`, defaultMode: 0o440 } },
    { name: 'trusted', configMap: { name: 'hallpass-trusted' } },
    { name: 'policy', configMap: { name: 'hallpass-policy' } },
    ...(sharing.includes(component)
      ? // Optional: only who has Secrets held needs it.
        [{ name: 'shared', secret: { secretName: 'hallpass-shared-key', optional: true, defaultMode: 0o440 } }]
      : []),
    ...[...(own.folders ?? []), redisFiles].map(({ name, secretName, optional }) => ({
      name,
      secret: { secretName, ...(optional === undefined ? {} : { optional }), defaultMode: 0o440 },
    })),
  ],
});

const container = (component: Component, { container: more = {}, env = {}, folders = [] }: Own) => ({
  name: component,
  image,
  env: Object.entries({ HALLPASS_ROLE: component, ...env }).map(([name, value]) => ({ name, value })),
  envFrom: [{ configMapRef: { name: settingsFor(component) } }, { secretRef: { name: `hallpass-${component}` } }],
  ...more,
  resources: {
    // Measured with some thousand requests: docs/benchmarks.md. A guard holds up to 16 MiB of reviews beside that, a watcher up to
    // 64 MiB of audit events, and what they become.
    requests: { cpu: '50m', memory: takingIn.includes(component) ? '320Mi' : '256Mi' },
    limits: { memory: takingIn.includes(component) ? '768Mi' : '512Mi' },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  volumeMounts: [
    ...(component === 'worker' ? [`${component}.key`, 'journal.key'] : [`${component}.key`]).map((file) => ({
      name: 'key',
      mountPath: `${keys}/${file}`,
      subPath: file,
      readOnly: true,
    })),
    { name: 'trusted', mountPath: `${keys}/trusted`, readOnly: true },
    { name: 'policy', mountPath: '/etc/hallpass/policy', readOnly: true },
    ...(sharing.includes(component) ? [{ name: 'shared', mountPath: `${keys}/shared`, readOnly: true }] : []),
    ...[...folders, redisFiles].map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
  ],
});
