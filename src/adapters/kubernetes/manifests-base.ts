import { kustomization, settingsMap } from './manifests-kustomize.ts';
import { home, markersHome } from './manifests-names.ts';
import { type Files, yamlFile } from './yaml-text.ts';

/** Where the processes find what is mounted, and what else is the same for all of them. */
export const shared = {
  HALLPASS_NAMESPACE: home,
  HALLPASS_POLICY: '/etc/hallpass/policy',
  HALLPASS_KEYS: '/etc/hallpass/keys',
  HALLPASS_METRICS_PORT: '9090',
} as const;

/** What every installation has: the namespaces, and what bot and worker read. */
export const baseFiles = (): Files => ({
  'manifests/base/kustomization.yaml': kustomization(
    `Bot and worker, with no power to grant anything yet: manifests/managed gives that, by namespace. Not applied by itself: an
overlay (manifests/overlays) names it, what else is wanted, your image and your settings. Wants kubectl 1.27 or kustomize 5.
Beside it, from files:
  kubectl -n ${home} create configmap hallpass-policy --from-file=<your policy folder>
  kubectl -n ${home} create configmap hallpass-trusted --from-file=<keys>/trusted
A changed setting makes a new ConfigMap, and so new pods.`,
    {
      resources: [
        'namespace.yaml',
        'bot/clusterrole.yaml',
        'bot/deployment.yaml',
        'worker/base.yaml',
        'worker/clusterrole-around.yaml',
        'worker/clusterrole-grants.yaml',
        'worker/clusterrole.yaml',
        'worker/deployment.yaml',
      ],
      configMapGenerator: [
        settingsMap('hallpass-config', {
          HALLPASS_CLUSTERS: 'prod=in-cluster',
          ...shared,
          HALLPASS_HEALTH_PORT: '8081',
        }),
      ],
    },
  ),
  'manifests/base/namespace.yaml': yamlFile(
    `Who may write here can let anybody in: keep everybody else's rights away from these namespaces.`,
    [home, markersHome].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { 'app.kubernetes.io/name': 'hallpass', 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    })),
  ),
});
