import { home, image } from './manifests-names.ts';
import type { Files } from './yaml-text.ts';

const header = `# Yours: "hallpass manifests" writes this file where there is none, and never again.
# After the first time: kubectl apply -k <this folder>. What has to be there before: docs/setup.md.
`;

/** What is written out by hand, for it is read and changed by hand. */
const overlay = (
  about: string,
  {
    components,
    maybe = [],
    settings,
    guard,
  }: {
    readonly components: readonly string[];
    readonly maybe?: readonly string[];
    readonly settings: readonly string[];
    readonly guard?: string;
  },
): string => `${header}#
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
  # Yours: docs/image.md.
  - name: ${image.split(':')[0]}
    newTag: ${image.split(':')[1]}
configMapGenerator:
  - name: hallpass-config
    namespace: ${home}
    behavior: merge
    literals:
${settings.map((line) => `      - ${line}\n`).join('')}${
  guard === undefined
    ? ''
    : `  - name: hallpass-guard-config
    namespace: ${home}
    behavior: merge
    literals:
      - HALLPASS_CLUSTERS=${guard}=in-cluster
`
}`;

const usual = ['managed', 'components/network-policies', 'components/doctor'];
const choices = [
  'components/redis              # a Redis of its own',
  'components/guard              # direct writes are held: docs/guard.md',
  'components/watcher            # the use of grants is watched: docs/setup.md, "The watcher"',
  'components/api                # pipelines, agents, kubectl: docs/api.md',
  'components/cluster-wide       # profiles that reach the whole cluster',
  'components/monitoring         # Prometheus operator: docs/metrics.md',
];
const before121 = 'components/before-1.21       # Kubernetes before 1.21; last';

/** Where an installation begins. Whoever has one keeps it. */
export const overlayFiles = (): ReadonlyMap<string, string> => new Map(Object.entries(overlays));

const overlays: Files = {
  'manifests/overlays/single/kustomization.yaml': overlay('One cluster, with a Redis that is given.', {
    components: usual,
    maybe: [...choices, before121],
    settings: ['HALLPASS_CLUSTERS=prod=in-cluster'],
  }),
  'manifests/overlays/own-redis/kustomization.yaml': overlay(
    'One cluster, with a Redis of its own: nothing else is needed.',
    {
      components: [...usual, 'components/redis'],
      maybe: [...choices.slice(1), before121],
      settings: ['HALLPASS_CLUSTERS=prod=in-cluster'],
    },
  ),
  'manifests/overlays/hub/kustomization.yaml': overlay(
    `Bot and worker of several clusters, in one of them or apart from all. Each other cluster gets the overlay "spoke"; docs/clusters.md has the steps.`,
    {
      components: usual,
      maybe: [...choices, before121],
      settings: [
        'HALLPASS_CLUSTERS=prod=/etc/hallpass/clusters/prod.kubeconfig,stage=/etc/hallpass/clusters/stage.kubeconfig',
      ],
    },
  ),
  'manifests/overlays/spoke/kustomization.yaml': overlay(
    'A cluster that the hub reaches: what bot and worker may do in it, and its own guard, which needs the Redis of the hub.',
    {
      components: ['managed', 'components/guard', 'components/remote', 'components/network-policies'],
      maybe: [choices[2] ?? '', before121].filter((one) => one !== ''),
      settings: ['HALLPASS_CLUSTERS=stage=in-cluster'],
      guard: 'stage',
    },
  ),
  'manifests/overlays/before-1.21/kustomization.yaml': overlay(
    'One cluster with Kubernetes before 1.21, and a Redis of its own.',
    {
      components: [...usual, 'components/redis', 'components/guard', 'components/before-1.21'],
      settings: ['HALLPASS_CLUSTERS=prod=in-cluster'],
      guard: 'prod',
    },
  ),
};
