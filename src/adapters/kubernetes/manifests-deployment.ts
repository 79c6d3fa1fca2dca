import type { Json } from '#domain/json.ts';
import { home, image, labels } from './manifests-names.ts';

const keys = '/etc/hallpass/keys';

export type Component = 'bot' | 'worker' | 'guard' | 'watcher';

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
type Own = {
  readonly container?: More;
  readonly pod?: More;
  readonly env?: Readonly<Record<string, string>>;
  readonly folders?: readonly SecretFolder[];
};

/** One process of Hallpass. Its own key is mounted by itself, so that no process has a folder with another's. */
export const deployment = (component: Component, replicas: number, own: Own = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `hallpass-${component}`, namespace: home, labels: labels(component) },
  spec: {
    replicas,
    selector: { matchLabels: labels(component) },
    template: {
      metadata: { labels: labels(component) },
      spec: {
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
          ...(own.folders ?? []).map(({ name, secretName, optional }) => ({
            name,
            secret: { secretName, ...(optional === undefined ? {} : { optional }), defaultMode: 0o440 },
          })),
        ],
      },
    },
  },
});

const container = (component: Component, { container: more = {}, env = {}, folders = [] }: Own) => ({
  name: component,
  image,
  env: Object.entries({ HALLPASS_ROLE: component, ...env }).map(([name, value]) => ({ name, value })),
  envFrom: [{ configMapRef: { name: 'hallpass-config' } }, { secretRef: { name: `hallpass-${component}` } }],
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
    ...folders.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
  ],
});
