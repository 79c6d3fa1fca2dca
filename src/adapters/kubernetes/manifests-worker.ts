import type { Kind } from '#kinds/kind.ts';
import { deployment, type SecretFolder } from './manifests-deployment.ts';
import {
  accountOf,
  clusterRole,
  clusterRoleBinding,
  home,
  labels,
  markersHome,
  oneStays,
  rbacGroup,
  rbacVersion,
  serviceAccount,
} from './manifests-names.ts';
import { workerRules } from './manifests-rules.ts';
import { saysHowItIs } from './manifests-served.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'worker';

/** The worker's identity, and the ceiling of what it can grant, which is bound nowhere yet. */
export const workerFiles = (kinds: readonly Kind[]): Files => {
  const around = workerRules.around(kinds);
  const folder = 'manifests/base/worker';
  return {
    [`${folder}/clusterrole.yaml`]: yamlFile(
      `The ceiling of what can be granted in a managed namespace. It is bound nowhere yet: bind it with
manifests/managed. The worker may neither escalate nor bind, so the API server itself refuses it anything
beyond these rules. It can do itself what it can grant: nobody else may read its token or run as it.`,
      [clusterRole(component, 'hallpass-worker-namespaced', workerRules.namespaced(kinds))],
    ),
    [`${folder}/clusterrole-around.yaml`]: yamlFile(
      `Lets Hallpass see what stands around a change: who else serves a host, how many pods are ready behind it, which pods
NetworkPolicies let reach each other. It only lists. Without it cards show what managed namespaces tell, and say what was
not looked at; conditions of rules that speak of "radius" then fail, and so refuse.`,
      around.length === 0
        ? []
        : [
            clusterRole(component, 'hallpass-worker-around', around),
            clusterRoleBinding(component, 'hallpass-worker-around'),
          ],
    ),
    [`${folder}/clusterrole-grants.yaml`]: yamlFile(
      `Lets Hallpass look for what it has granted in the whole cluster at once: two lists every two seconds, however many
namespaces are managed. It only lists, by its own label. Without it each managed namespace is asked for both, which
keeps worker and API server busy from a few dozen namespaces on.`,
      [
        clusterRole(component, 'hallpass-worker-grants', workerRules.grants),
        clusterRoleBinding(component, 'hallpass-worker-grants'),
      ],
    ),
    [`${folder}/base.yaml`]: yamlFile(
      `The worker itself: its identity and what it always needs. Markers (ConfigMaps) keep an approval from being used twice;
journals (encrypted Secrets) keep what is needed to take changes back.`,
      [
        serviceAccount(component),
        clusterRole(component, 'hallpass-worker', workerRules.everywhere),
        clusterRoleBinding(component, 'hallpass-worker'),
        markerRole,
        markerBinding,
      ],
    ),
    [`${folder}/deployment.yaml`]: yamlFile(
      `Two workers may run: every step is safe to repeat. It gets its own signing key and no other:
  kubectl -n ${home} create secret generic hallpass-worker-key --from-file=worker.key --from-file=journal.key
  kubectl -n ${home} create secret generic hallpass-worker --from-literal=REDIS_URL=rediss://hallpass-worker:…@redis:6379
Where Secrets are held, guards and workers share one more key, once for both:
  kubectl -n ${home} create secret generic hallpass-shared-key --from-file=shared/secrets.key
Several clusters, as for the bot, with what lets it write there:
  kubectl -n ${home} create secret generic hallpass-worker-clusters --from-file=prod.kubeconfig --from-file=stage.kubeconfig
Slack's tokens and the bot's key are not for it: a taken worker must not be able to approve. Only where identities.yaml has a
template it gets one that can do nothing but look up addresses, of manifests/slack-lookup-app.yaml: SLACK_LOOKUP_TOKEN.`,
      [deployment(component, { container: saysHowItIs(), folders: workerFolders }), oneStays(component)],
    ),
  };
};

/** Whole, as a Secret changes. */
export const workerFolders: readonly SecretFolder[] = [
  { name: 'clusters', secretName: 'hallpass-worker-clusters', mountPath: '/etc/hallpass/clusters', optional: true },
];

const markers = { name: 'hallpass-worker-markers', namespace: markersHome, labels: labels(component) };
const markerRole = {
  apiVersion: rbacVersion,
  kind: 'Role',
  metadata: markers,
  rules: workerRules.markers,
};
const markerBinding = {
  apiVersion: rbacVersion,
  kind: 'RoleBinding',
  metadata: markers,
  roleRef: { apiGroup: rbacGroup, kind: 'Role', name: markers.name },
  subjects: accountOf(component),
};
