import type { Kind } from '#kinds/kind.ts';
import { deployment } from './manifests-deployment.ts';
import {
  accountOf,
  clusterRole,
  clusterRoleBinding,
  home,
  labels,
  markersHome,
  rbacGroup,
  rbacVersion,
  serviceAccount,
} from './manifests-names.ts';
import { guardingRules, namedNamespaces, workerRules } from './manifests-rules.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'worker';

/** The worker's identity, its ceiling per namespace and, apart and off by default, its ceiling for the whole cluster. */
export const workerFiles = (kinds: readonly Kind[]): Files => {
  const clusterWide = workerRules.clusterWide(kinds);
  const around = workerRules.around(kinds);
  const folder = `manifests/${component}`;
  return {
    [`${folder}/clusterrole.yaml`]: yamlFile(
      `The ceiling of what can be granted in a managed namespace. It is bound nowhere yet: bind it with
managed-namespace.yaml. The worker may neither escalate nor bind, so the API server itself refuses it anything
beyond these rules. It can do itself what it can grant: nobody else may read its token or run as it.`,
      [clusterRole(component, 'hallpass-worker-namespaced', workerRules.namespaced(kinds))],
    ),
    [`${folder}/managed-namespace.yaml`]: yamlFile(
      `Lets Hallpass grant in a namespace. For each namespace that people may ask for:
  kubectl apply -n <namespace> -f ${folder}/managed-namespace.yaml
and name it in HALLPASS_MANAGED_NAMESPACES (manifests/config.yaml).
Never in "${home}" or "${markersHome}": from there everything that Hallpass trusts could be granted.`,
      [namespaceBinding],
    ),
    ...fixedNamespaceFiles(kinds, folder),
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
    [`${folder}/clusterrole-cluster-wide.yaml`]: yamlFile(
      `OFF BY DEFAULT, and not needed for profiles that stay in namespaces. Applying this file lets Hallpass grant
these powers in the whole cluster; until then such requests fail with the API server's refusal.`,
      clusterWide.length === 0
        ? []
        : [
            clusterRole(component, 'hallpass-worker-cluster-wide', clusterWide),
            clusterRoleBinding(component, 'hallpass-worker-cluster-wide'),
          ],
    ),
    [`${folder}/clusterrole-guard.yaml`]: yamlFile(
      `ONLY WITH A GUARD (manifests/guard). Lets the worker put the guard's webhook configuration there, keep it as the
policy says, and put it back when somebody removes or changes it. Kubernetes cannot narrow "create" by name: it could add
others.
When the guard is gone for good and people must write to what is protected at once, take this away first, or the worker
puts the configuration back within seconds:
  kubectl delete clusterrolebinding hallpass-worker-guard
  kubectl delete validatingwebhookconfiguration hallpass-guard`,
      [
        clusterRole(component, 'hallpass-worker-guard', [...guardingRules.making, ...guardingRules.keeping]),
        clusterRoleBinding(component, 'hallpass-worker-guard'),
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
Slack's tokens and the bot's key are not for it: a taken worker must not be able to approve. Only where identities.yaml has a
template it gets one that can do nothing but look up addresses, of manifests/slack-lookup-app.yaml: SLACK_LOOKUP_TOKEN.`,
      [deployment(component, 2)],
    ),
  };
};

/** What profiles reach in one namespace whatever is asked for stays in that namespace, so the ceiling elsewhere is lower. */
const fixedNamespaceFiles = (kinds: readonly Kind[], folder: string): Files => {
  return Object.fromEntries(
    namedNamespaces(kinds).map((namespace) => {
      const rules = workerRules.named(kinds, namespace);
      const metadata = { name: 'hallpass-worker-profiles', namespace, labels: labels(component) };
      const roleRef = { apiGroup: rbacGroup, kind: 'Role', name: metadata.name };
      return [
        `${folder}/namespace-${namespace}.yaml`,
        yamlFile(
          `Lets Hallpass grant what profiles reach in "${namespace}" whatever namespace is asked for. Apply it when those
profiles are used, and name "${namespace}" in HALLPASS_MANAGED_NAMESPACES (manifests/config.yaml).`,
          [
            { apiVersion: rbacVersion, kind: 'Role', metadata, rules },
            { apiVersion: rbacVersion, kind: 'RoleBinding', metadata, roleRef, subjects: accountOf(component) },
          ],
        ),
      ];
    }),
  );
};

const namespaceBinding = {
  apiVersion: rbacVersion,
  kind: 'RoleBinding',
  metadata: { name: 'hallpass-worker', labels: labels(component) },
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'hallpass-worker-namespaced' },
  subjects: accountOf(component),
};

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
