import { shared } from './manifests-base.ts';
import { deployment, settingsFor } from './manifests-deployment.ts';
import { component as added, mergedSettings, settingsMap } from './manifests-kustomize.ts';
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
import { guardingRules, guardRules } from './manifests-rules.ts';
import { servedOn, serviceOf } from './manifests-served.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'guard';
const name = 'hallpass-guard';

/**
 * The guard's identity, which writes to one object only, and what it runs as. Applied by whoever wants direct writes
 * held.
 */
export const guardFiles = (): Files => ({
  'manifests/components/guard/kustomization.yaml': added(
    `The guard holds direct writes to what the policy protects ("protect" in rules.yaml): without protections nothing needs it. Add it
once its Secrets are there (deployment.yaml), and before the policy protects anything (docs/guard.md). The overlay says in
hallpass-guard-config which cluster this is, as the bot calls it: without that a guard does not start.`,
    {
      resources: ['base.yaml', 'clusterrole-worker.yaml', 'deployment.yaml'],
      configMapGenerator: [
        mergedSettings('hallpass-config', { HALLPASS_GUARD: name }),
        settingsMap(settingsFor(component), shared),
      ],
    },
  ),
  'manifests/components/guard/clusterrole-worker.yaml': yamlFile(
    `Lets the worker put the guard's webhook configuration there, keep it as the policy says, and put it back when somebody removes or
changes it. Kubernetes cannot narrow "create" by name: it could add others.
When the guard is gone for good and people must write to what is protected at once, take this away first, or the worker
puts the configuration back within seconds:
  kubectl delete clusterrolebinding hallpass-worker-guard
  kubectl delete validatingwebhookconfiguration hallpass-guard`,
    [
      clusterRole('worker', 'hallpass-worker-guard', [...guardingRules.making, ...guardingRules.keeping]),
      clusterRoleBinding('worker', 'hallpass-worker-guard'),
    ],
  ),
  'manifests/components/guard/base.yaml': yamlFile(
    `The guard's identity. It may put its certificate authority into its own webhook configuration, and write nothing else.`,
    [
      serviceAccount(component),
      clusterRole(component, name, [...guardRules.configuration, ...guardRules.everywhere]),
      clusterRoleBinding(component, name),
      { apiVersion: rbacVersion, kind: 'Role', metadata: markers, rules: guardRules.markers },
      {
        apiVersion: rbacVersion,
        kind: 'RoleBinding',
        metadata: markers,
        roleRef: { apiGroup: rbacGroup, kind: 'Role', name: markers.name },
        subjects: accountOf(component),
      },
    ],
  ),
  'manifests/components/guard/deployment.yaml': yamlFile(
    `While no guard answers, the API server refuses all writes to what is protected: two run, on two nodes if it can be.
  kubectl -n ${home} create secret generic hallpass-guard-key --from-file=guard.key     # of this cluster: docs/setup.md, "Signing keys"
  kubectl -n ${home} create secret generic hallpass-guard --from-literal=REDIS_URL=rediss://hallpass-guard:…@redis:6379
Where Secrets are held, it shares a key with the worker (manifests/base/worker/deployment.yaml).
The API server itself must reach port 8443 of these pods: on a private cluster open it from there to the nodes.
A guard is ready once its authority stands in the webhook configuration, which the worker makes from the policy.`,
    [deployment(component, { container: servedOn(8443) }), serviceOf(component, 443), oneStays(component)],
  ),
});

const markers = { name: 'hallpass-guard-markers', namespace: markersHome, labels: labels(component) };
