import { home, labels, markersHome } from './manifests-names.ts';
import { type Files, yamlFile } from './yaml-text.ts';

/** What both processes read, and the namespace that they live in. */
export const configFiles = (): Files => ({
  'manifests/kustomization.yaml': yamlFile(
    `kubectl apply -k manifests
installs Hallpass with no power to grant anything yet. Then, by hand and on purpose: worker/managed-namespace.yaml for
each namespace, worker/clusterrole-cluster-wide.yaml only if a cluster-wide profile is wanted, guard/ with
worker/clusterrole-guard.yaml only if direct writes are to be held, and watcher/ only if the use of grants is to be watched.`,
    [
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [
          'namespace.yaml',
          'config.yaml',
          'bot/clusterrole.yaml',
          'bot/deployment.yaml',
          'worker/base.yaml',
          'worker/clusterrole-around.yaml',
          'worker/clusterrole-grants.yaml',
          'worker/clusterrole.yaml',
          'worker/deployment.yaml',
        ],
      },
    ],
  ),
  'manifests/namespace.yaml': yamlFile(
    `Who may write here can let anybody in: keep everybody else's rights away from these namespaces.
Hallpass wants a Redis of its own with a password, TLS, "appendonly yes", "maxmemory-policy noeviction" and one ACL
user per process. What it cannot reach there is not granted; what is overdue still ends, by what the cluster says.`,
    [home, markersHome].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { 'app.kubernetes.io/name': 'hallpass', 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    })),
  ),
  'manifests/config.yaml': yamlFile(
    `To set values of your own, patch it from a kustomization of yours that has this folder as its base. Beside it, from files:
  kubectl -n ${home} create configmap hallpass-policy --from-file=manifests/policy
  kubectl -n ${home} create configmap hallpass-trusted --from-file=<keys>/trusted`,
    [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'hallpass-config', namespace: home, labels: labels('config') },
        data: {
          HALLPASS_CLUSTERS: 'prod=in-cluster',
          HALLPASS_NAMESPACE: home,
          HALLPASS_MANAGED_NAMESPACES: 'ingress-nginx,shop',
          HALLPASS_POLICY: '/etc/hallpass/policy',
          HALLPASS_KEYS: '/etc/hallpass/keys',
        },
      },
    ],
  ),
});
