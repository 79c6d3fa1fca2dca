import type { Kind } from '#kinds/kind.ts';
import { botFolders } from './manifests-bot.ts';
import { podOf } from './manifests-deployment.ts';
import { component as added, mergedSettings } from './manifests-kustomize.ts';
import { clusterRole, clusterRoleBinding, home, labels } from './manifests-names.ts';
import { workerRules } from './manifests-rules.ts';
import { workerFolders } from './manifests-worker.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const folder = 'manifests/components';

/** What an overlay adds where it is wanted, beside guard and watcher. */
export const addedFiles = (kinds: readonly Kind[]): Files => ({
  ...clusterWide(kinds),
  ...api,
  ...doctor,
  ...remote,
  ...older,
});

const clusterWide = (kinds: readonly Kind[]): Files => {
  const rules = workerRules.clusterWide(kinds);
  const isEmpty = rules.length === 0;
  return {
    [`${folder}/cluster-wide/kustomization.yaml`]: added(
      `OFF BY DEFAULT, and not needed for profiles that stay in namespaces. With it Hallpass can grant these powers in the whole
cluster, and whoever takes the worker has them; without it such requests fail with the API server's refusal.`,
      { resources: isEmpty ? [] : ['clusterrole.yaml'] },
    ),
    ...(isEmpty
      ? {}
      : {
          [`${folder}/cluster-wide/clusterrole.yaml`]: yamlFile(
            'The ceiling of what can be granted in the whole cluster.',
            [
              clusterRole('worker', 'hallpass-worker-cluster-wide', rules),
              clusterRoleBinding('worker', 'hallpass-worker-cluster-wide'),
            ],
          ),
        }),
  };
};

const api: Files = {
  [`${folder}/api/kustomization.yaml`]: added(
    `The API by which pipelines, agents, kubectl and people ask (docs/api.md), at https://hallpass-api.${home}.svc. Its certificate:
  kubectl -n ${home} create secret tls hallpass-api-tls --cert=tls.crt --key=tls.key
Put your own Ingress or Gateway before it where it is to be reached from outside.`,
    {
      resources: ['clusterrole.yaml', 'service.yaml'],
      configMapGenerator: [
        mergedSettings('hallpass-config', { HALLPASS_API_PORT: '8445', HALLPASS_API_CERTIFICATE: '/etc/hallpass/api' }),
      ],
    },
  ),
  [`${folder}/api/clusterrole.yaml`]: yamlFile(
    `The bot may ask whose a ServiceAccount's token is. Not needed where pipelines and agents are known by OIDC.`,
    [
      clusterRole('bot', 'hallpass-bot-api', [
        { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      ]),
      clusterRoleBinding('bot', 'hallpass-bot-api'),
    ],
  ),
  [`${folder}/api/service.yaml`]: yamlFile('Where the API is, within the cluster.', [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hallpass-api', namespace: home, labels: labels('bot') },
      spec: { selector: labels('bot'), ports: [{ name: 'https', port: 443, targetPort: 8445 }] },
    },
  ]),
};

/** A process that looks around with what a bot or worker is given, and ends. */
const examined = (component: 'bot' | 'worker') => {
  const folders = component === 'bot' ? botFolders : workerFolders;
  const container = { command: ['node', 'src/cli.ts', 'doctor'] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: `hallpass-doctor-${component}`, namespace: home, labels: labels('doctor') },
    spec: {
      // Never by itself: a schedule has to be there.
      schedule: '0 0 1 1 *',
      suspend: true,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          ttlSecondsAfterFinished: 86_400,
          template: {
            metadata: { labels: labels('doctor') },
            spec: podOf(component, { container, folders, pod: { restartPolicy: 'Never' } }),
          },
        },
      },
    },
  };
};

const doctor: Files = {
  [`${folder}/doctor/kustomization.yaml`]: added(
    `"hallpass doctor" with the rights, settings and files of bot and worker, also while these do not start. It runs when somebody asks:
  kubectl -n ${home} create job --from=cronjob/hallpass-doctor-bot doctor-bot
  kubectl -n ${home} wait --for=condition=complete --timeout=60s job/doctor-bot; kubectl -n ${home} logs job/doctor-bot
  kubectl -n ${home} delete job doctor-bot`,
    { resources: ['cronjobs.yaml'] },
  ),
  [`${folder}/doctor/cronjobs.yaml`]: yamlFile('One for each of the two, suspended for good.', [
    examined('bot'),
    examined('worker'),
  ]),
};

const gone = (kind: string, name: string) => ({
  patch: JSON.stringify({
    $patch: 'delete',
    apiVersion: kind === 'Deployment' ? 'apps/v1' : kind === 'Service' ? 'v1' : 'policy/v1',
    kind,
    metadata: { name, namespace: home },
  }),
});

const tokenOf = (component: 'bot' | 'worker') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/service-account-token',
  metadata: {
    name: `hallpass-${component}-token`,
    namespace: home,
    labels: labels(component),
    annotations: { 'kubernetes.io/service-account.name': `hallpass-${component}` },
  },
});

const remote: Files = {
  [`${folder}/remote/kustomization.yaml`]: added(
    `For a cluster that bot and worker reach from another one (docs/clusters.md): their rights are here, and they are not. Each gets a
token that does not expire, for the kubeconfig by which it comes; deleting its Secret ends it.`,
    {
      resources: ['tokens.yaml'],
      patches: ['bot', 'worker'].flatMap((name) => [
        gone('Deployment', `hallpass-${name}`),
        gone('PodDisruptionBudget', `hallpass-${name}`),
        ...(name === 'bot' ? [gone('Service', 'hallpass-bot')] : []),
      ]),
    },
  ),
  [`${folder}/remote/tokens.yaml`]: yamlFile('Kubernetes fills these in.', [tokenOf('bot'), tokenOf('worker')]),
};

const versioned = (kind: string, version: string) => ({
  target: { kind },
  patch: JSON.stringify([{ op: 'replace', path: '/apiVersion', value: version }]),
});

const anyReady = {
  target: { kind: 'PodDisruptionBudget' },
  patch: JSON.stringify([{ op: 'remove', path: '/spec/unhealthyPodEvictionPolicy' }]),
};

const older: Files = {
  [`${folder}/before-1.26/kustomization.yaml`]: added(
    `For Kubernetes 1.21 to 1.25, which does not know that pods which are not ready may go whatever a budget says. While Slack is away
it takes "kubectl drain --disable-eviction" to drain a node that has a bot. Name it last.`,
    { patches: [anyReady] },
  ),
  [`${folder}/before-1.21/kustomization.yaml`]: added(
    'For Kubernetes before 1.21, which knows two sorts in an older version alone, and not that either. Name it last.',
    { patches: [anyReady, versioned('PodDisruptionBudget', 'policy/v1beta1'), versioned('CronJob', 'batch/v1beta1')] },
  ),
};
