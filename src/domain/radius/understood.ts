import type { Manifest } from '#domain/plan.ts';
import { isAboutNetwork } from './flows.ts';
import { isRouting } from './routes.ts';

/** API groups of network plugins, meshes and controllers, whose objects let traffic through, lead it or stop it. */
const groups =
  /(^|\.)(cilium\.io|projectcalico\.org|antrea\.io|policy\.networking\.k8s\.io|gateway\.networking\.(x-)?k8s\.io|istio\.io|linkerd\.io|traefik\.io|containo\.us|projectcontour\.io|route\.openshift\.io|nginx\.org|konghq\.com|getambassador\.io|haproxy\.org|consul\.hashicorp\.com|elbv2\.k8s\.aws)$/;
/** Of Kubernetes' own. */
const kinds = ['IngressClass', 'EndpointSlice', 'Endpoints'];

/** Why it cannot be told how far objects reach that are about traffic, and of which nothing is followed up here. */
export const notUnderstood = (objects: readonly Manifest[]): readonly string[] => [
  ...new Set(
    objects
      .filter((object) => !isRouting(object) && !isAboutNetwork(object))
      .filter(({ apiVersion, kind }) => groups.test(apiVersion.split('/')[0] ?? '') || kinds.includes(kind))
      .map(({ kind }) => `What a ${kind} reaches is not followed up: read its diff`),
  ),
];
