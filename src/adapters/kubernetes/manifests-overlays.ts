import { home, image } from './manifests-names.ts';
import type { Files } from './yaml-text.ts';

const header = `# Yours: "hallpass manifests" writes this file where there is none, and never again.
# After the first time: kubectl apply -k <this folder>. What has to be there before: docs/install.md.
`;

const map = (name: string, literals: readonly string[], isOff = false): string =>
  [
    `  - name: ${name}`,
    `    namespace: ${home}`,
    '    behavior: merge',
    '    literals:',
    ...literals.map((line) => (line.startsWith('#') ? `      ${line}` : `      - ${line}`)),
  ]
    .map((line) => `${isOff ? `  # ${line.slice(2)}` : line}\n`)
    .join('');

type Overlay = {
  readonly components: readonly string[];
  readonly maybe?: readonly string[];
  readonly settings: readonly string[];
  /** What this cluster is called, where bot and guard are in the same. */
  readonly cluster: string;
};

const guardComponent = 'components/guard';

/** What is written out by hand, for it is read and changed by hand. */
const overlay = (about: string, { components, maybe = [], settings, cluster }: Overlay): string => `${header}#
${about
  .split('\n')
  .map((line) => `# ${line}`)
  .join('\n')}
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../base
components:
${components.map((name) => `  - ../../${name}\n`).join('')}${maybe.map((name) => `  # - ../../${name}\n`).join('')}images:
  # Where yours is: docs/install.md, "Image".
  - name: ${image.split(':')[0]}
    # newName: registry.example.com/hallpass
    newTag: ${image.split(':')[1]}
configMapGenerator:
${map('hallpass-config', settings)}  # With components/guard, components/watcher: which cluster this is, as HALLPASS_CLUSTERS calls it.
${map('hallpass-guard-config', [`HALLPASS_CLUSTERS=${cluster}=in-cluster`], !components.includes(guardComponent))}${map('hallpass-watcher-config', [`HALLPASS_AUDIT_CLUSTER=${cluster}`], true)}`;

const usual = ['managed', 'components/network-policies', 'components/doctor'];
const watcher = 'components/watcher            # the use of grants is watched: docs/setup.md, "The watcher"';
const choices = [
  'components/redis              # a Redis of its own',
  'components/guard              # direct writes are held: docs/guard.md',
  watcher,
  'components/api                # pipelines, agents, kubectl: docs/api.md',
  'components/cluster-wide       # profiles that reach the whole cluster',
  'components/monitoring         # Prometheus operator: docs/metrics.md',
];
const before121 = 'components/before-1.21        # Kubernetes before 1.21; last';
const before126 = 'components/before-1.26        # Kubernetes 1.21 to 1.25; last';

/** Where an installation begins: path → text. Whoever has one keeps it. `managed` are all namespaces that Hallpass may grant in. */
export const overlayFiles = (managed: readonly string[]): ReadonlyMap<string, string> =>
  new Map(Object.entries(overlaysFor(managed)));

const overlaysFor = (managed: readonly string[]): Files => ({
  'manifests/overlays/single/kustomization.yaml': overlay('One cluster, with a Redis that is given.', {
    components: usual,
    maybe: [...choices, before126, before121],
    settings: ['HALLPASS_CLUSTERS=prod=in-cluster'],
    cluster: 'prod',
  }),
  'manifests/overlays/own-redis/kustomization.yaml': overlay(
    'One cluster, with a Redis of its own: nothing else is needed.',
    {
      components: [...usual, 'components/redis'],
      maybe: [...choices.slice(1), before126, before121],
      settings: ['HALLPASS_CLUSTERS=prod=in-cluster'],
      cluster: 'prod',
    },
  ),
  'manifests/overlays/hub/kustomization.yaml': overlay(
    `Bot and worker of several clusters, in one of them or apart from all. Each other cluster gets the overlay "spoke"; docs/clusters.md has the steps.
In one of them: take the # off "managed", and write "prod=in-cluster" for that one.`,
    {
      components: ['components/network-policies', 'components/doctor'],
      maybe: ['managed                       # where the hub is one of the clusters', ...choices, before126, before121],
      settings: [
        'HALLPASS_CLUSTERS=prod=/etc/hallpass/clusters/prod.kubeconfig,stage=/etc/hallpass/clusters/stage.kubeconfig',
        '# As manifests/managed/kustomization.yaml of each of them says.',
        `HALLPASS_MANAGED_NAMESPACES=${managed.join(',')}`,
        '# The worker keeps the webhooks of the guards in all of them.',
        'HALLPASS_GUARD=hallpass-guard',
      ],
      cluster: 'prod',
    },
  ),
  'manifests/overlays/spoke/kustomization.yaml': overlay(
    'A cluster that the hub reaches: what bot and worker may do in it, and its own guard, which needs the Redis of the hub.',
    {
      components: ['managed', 'components/guard', 'components/remote', 'components/network-policies'],
      maybe: [watcher, before126, before121],
      settings: ['HALLPASS_CLUSTERS=stage=in-cluster'],
      cluster: 'stage',
    },
  ),
  'manifests/overlays/before-1.21/kustomization.yaml': overlay(
    'One cluster with Kubernetes before 1.21, and a Redis of its own.',
    {
      components: [...usual, 'components/redis', 'components/guard', 'components/before-1.21'],
      settings: ['HALLPASS_CLUSTERS=prod=in-cluster'],
      cluster: 'prod',
    },
  ),
});
