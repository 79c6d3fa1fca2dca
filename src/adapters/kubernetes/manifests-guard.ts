import { deployment } from './manifests-deployment.ts';
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
  spreadOverNodes,
} from './manifests-names.ts';
import { guardRules } from './manifests-rules.ts';
import { servedOn, serviceOf } from './manifests-served.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'guard';
const name = 'hallpass-guard';

/**
 * The guard's identity, which writes to one object only, and what it runs as. Applied by whoever wants direct writes
 * held.
 */
export const guardFiles = (): Files => ({
  'manifests/guard/base.yaml': yamlFile(
    `The guard holds direct writes to what the policy protects ("protect" in rules.yaml). It is not applied with the
rest: without protections nothing needs it. With them, after deployment.yaml has its Secrets:
  kubectl apply -f manifests/guard -f manifests/worker/clusterrole-guard.yaml
It may put its certificate authority into its own webhook configuration, and write nothing else.`,
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
  'manifests/guard/deployment.yaml': yamlFile(
    `While no guard answers, the API server refuses all writes to what is protected: two run, on two nodes if it can be.
  kubectl -n ${home} create secret generic hallpass-guard-key --from-file=guard.key     # of this cluster: docs/setup.md, "Signing keys"
  kubectl -n ${home} create secret generic hallpass-guard --from-literal=REDIS_URL=rediss://hallpass-guard:…@redis:6379
Where Secrets are held, it shares a key with the worker (manifests/worker/deployment.yaml).
The API server itself must reach port 8443 of these pods: on a private cluster open it from there to the nodes.
A guard is ready once its authority stands in the webhook configuration, which the worker makes from the policy.`,
    [
      deployment(component, 2, { container: servedOn(8443), pod: spreadOverNodes(component) }),
      serviceOf(component, 443),
      oneStays(component),
    ],
  ),
});

const markers = { name: 'hallpass-guard-markers', namespace: markersHome, labels: labels(component) };
