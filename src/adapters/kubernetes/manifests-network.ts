import type { Json } from '#domain/json.ts';
import type { Component } from './manifests-deployment.ts';
import { component as added } from './manifests-kustomize.ts';
import { home, labels } from './manifests-names.ts';
import { type Files, yamlFile } from './yaml-text.ts';

/** What whoever gathers metrics from the pods has on its namespace. */
const scraping = { 'hallpass.dev/scrapes': 'true' };
const ours = { 'app.kubernetes.io/name': 'hallpass' };
const redis = labels('redis');

const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: 'TCP', port }));

const policy = (name: string, podSelector: Json, spec: { readonly [field: string]: Json }) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: `hallpass-${name}`, namespace: home, labels: labels('network') },
  spec: { podSelector, ...spec },
});

const reached = (component: Component, ...ports: readonly number[]) =>
  policy(
    `${component}-in`,
    { matchLabels: labels(component) },
    {
      policyTypes: ['Ingress'],
      ingress: [{ ports: tcp(...ports) }],
    },
  );

/** Redis' own ports, with TLS as providers have it, and a Sentinel's. */
const redisPorts = [6379, 6380, 26379];

/** What goes in and out of the namespace, and nothing else. */
export const networkFiles = (): Files => ({
  'manifests/components/network-policies/kustomization.yaml': added(
    `Nothing comes in or goes out but what Hallpass needs. A network plugin has to enforce it. Ports other than these (a SIEM, a webhook,
a proxy, an API server or a Redis elsewhere, DNS whose pods listen on another) want a NetworkPolicy of yours beside it; what counts
is the port of the pod behind a Service. Prometheus reads from namespaces that are labelled so:
  kubectl label namespace <monitoring> hallpass.dev/scrapes=true`,
    { resources: ['networkpolicies.yaml'] },
  ),
  'manifests/components/network-policies/networkpolicies.yaml': yamlFile(
    `Who asks is known in each of these: Slack and callers of the API by signature and token, API servers by what they were told.
Where an API server comes from is not known here: narrow the guard's and the watcher's by its address.`,
    [
      policy('default', {}, { policyTypes: ['Ingress', 'Egress'] }),
      policy(
        'out',
        { matchLabels: ours },
        {
          policyTypes: ['Egress'],
          egress: [
            { ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)] },
            // Slack, API servers, issuers, webhooks.
            { ports: tcp(443, 6443) },
            { ports: tcp(...redisPorts) },
            // The doctor looks at the guard, behind whose Service this port is.
            { to: [{ podSelector: { matchLabels: labels('guard') } }], ports: tcp(8443) },
          ],
        },
      ),
      policy(
        'metrics',
        { matchLabels: ours },
        {
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ namespaceSelector: { matchLabels: scraping } }], ports: tcp(9090) }],
        },
      ),
      reached('bot', 3000, 8445),
      reached('guard', 8443),
      reached('watcher', 8444),
    ],
  ),
  'manifests/components/redis/kustomization.yaml': added(
    `A Redis of Hallpass's own, where none is given: one pod with a disk. While it is away nothing is decided, and what is in force still
ends on time. Its users, with their passwords (docs/setup.md, "Redis"):
  kubectl -n ${home} create secret generic hallpass-redis-users --from-file=users.acl
REDIS_URL of a process is then redis://hallpass-<process>:<password>@hallpass-redis:6379. It has no TLS: the NetworkPolicy lets in
nobody but Hallpass, where the network enforces it. Where it does not, take a given Redis with TLS.`,
    { resources: ['redis.yaml'] },
  ),
  'manifests/components/redis/redis.yaml': yamlFile(
    'Settings as Hallpass wants them: nothing that it was told is lost, and nothing is thrown away.',
    [redisSettings, redisService, redisPods, redisIn],
  ),
});

const redisMeta = { name: 'hallpass-redis', namespace: home, labels: redis };

const redisSettings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: redisMeta,
  data: {
    'redis.conf': `port 6379
dir /data
appendonly yes
appendfsync always
save ""
maxmemory 768mb
maxmemory-policy noeviction
hz 100
aclfile /etc/redis/acl/users.acl
`,
  },
};

const redisService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: redisMeta,
  spec: { selector: redis, ports: [{ name: 'redis', port: 6379, targetPort: 'redis' }] },
};

const redisPods = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: redisMeta,
  spec: {
    // One: two would be two.
    replicas: 1,
    serviceName: 'hallpass-redis',
    selector: { matchLabels: redis },
    template: {
      metadata: { labels: redis },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 999,
          runAsGroup: 999,
          fsGroup: 999,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 'redis',
            image: 'docker.io/library/redis:7.2',
            command: ['redis-server', '/etc/redis/redis.conf'],
            ports: [{ name: 'redis', containerPort: 6379 }],
            livenessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 10, failureThreshold: 6 },
            readinessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 2 },
            resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '2Gi' } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            volumeMounts: [
              { name: 'data', mountPath: '/data' },
              { name: 'settings', mountPath: '/etc/redis/redis.conf', subPath: 'redis.conf', readOnly: true },
              { name: 'users', mountPath: '/etc/redis/acl', readOnly: true },
            ],
          },
        ],
        volumes: [
          { name: 'settings', configMap: { name: 'hallpass-redis' } },
          { name: 'users', secret: { secretName: 'hallpass-redis-users', defaultMode: 0o440 } },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', labels: redis },
        spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem', resources: { requests: { storage: '4Gi' } } },
      },
    ],
  },
};

const redisIn = policy(
  'redis-in',
  { matchLabels: redis },
  {
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: ours } }], ports: tcp(6379) }],
  },
);
