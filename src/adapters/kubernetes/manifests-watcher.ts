import { shared } from './manifests-base.ts';
import { deployment, type SecretFolder, settingsFor } from './manifests-deployment.ts';
import { component as added, settingsMap } from './manifests-kustomize.ts';
import { home, oneStays, serviceAccount } from './manifests-names.ts';
import { servedOn, serviceOf } from './manifests-served.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'watcher';
const name = 'hallpass-watcher';
const port = 8444;
const place = '/etc/hallpass/audit';

/** The watcher's identity, which may do nothing, and what it runs as. Applied by whoever wants the use of grants watched. */
export const watcherFiles = (): Files => ({
  'manifests/components/watcher/kustomization.yaml': added(
    `The watcher takes the API server's audit events and has grants ended whose use looks wrong ("watch" in rules.yaml). It needs flags
of the API server (docs/setup.md, "The watcher"), which managed clusters do not let you set. audit-policy.yaml and
audit-webhook.yaml are for the API server's machine, and are no objects. The overlay says in hallpass-watcher-config which cluster
this is (HALLPASS_AUDIT_CLUSTER), as the bot calls it: without that a watcher does not start.`,
    {
      resources: ['base.yaml', 'deployment.yaml'],
      configMapGenerator: [settingsMap(settingsFor(component), shared)],
    },
  ),
  'manifests/components/watcher/base.yaml': yamlFile(
    `The watcher's identity. It asks the API server nothing: its account has no rights, and no token of it is in its pods.`,
    [{ ...serviceAccount(component), automountServiceAccountToken: false }],
  ),
  'manifests/components/watcher/deployment.yaml': yamlFile(
    `While no watcher answers, the API server keeps what fits into its buffer and drops the rest: two run, on two nodes if it can be.
  kubectl -n ${home} create secret generic hallpass-watcher-key --from-file=watcher.key     # of this cluster: docs/setup.md, "Signing keys"
  kubectl -n ${home} create secret generic hallpass-watcher --from-literal=REDIS_URL=rediss://hallpass-watcher:…@redis:6379
  openssl rand -hex 32 > token
  kubectl -n ${home} create secret generic hallpass-watcher-token --from-file=token
  kubectl -n ${home} create secret tls hallpass-watcher-tls --cert=tls.crt --key=tls.key
The API server does not resolve names of Services. Its machine has to reach an address, which tls.crt is good for:
  ClusterIP, as here, where kube-proxy runs beside the API server, as kubeadm has it. Nobody outside the cluster reaches it. The
    address stays as long as the Service does: kubectl -n ${home} get service ${name} -o jsonpath={.spec.clusterIP}
  NodePort (spec.type, and a fixed nodePort) with a node's address where there is no kube-proxy: whoever reaches the nodes reaches it.
  LoadBalancer with an internal address where the API server is outside of the cluster's network.
  hostNetwork on the control-plane nodes with 127.0.0.1: pods need a namespace without the "restricted" standard then.
Token and TLS keep others out in all of them.`,
    [
      deployment(component, {
        container: servedOn(port),
        pod: { automountServiceAccountToken: false },
        env: {
          HALLPASS_AUDIT_PORT: String(port),
          HALLPASS_AUDIT_CERTIFICATE: `${place}/tls`,
          HALLPASS_AUDIT_TOKEN_FILE: `${place}/token/token`,
        },
        folders,
      }),
      serviceOf(component, port, { type: 'ClusterIP' }),
      oneStays(component),
    ],
  ),
});

/** Whole folders, and no single files: these are renewed while it runs. */
const folders: readonly SecretFolder[] = [
  { name: 'tls', secretName: 'hallpass-watcher-tls', mountPath: `${place}/tls` },
  { name: 'token', secretName: 'hallpass-watcher-token', mountPath: `${place}/token` },
];
