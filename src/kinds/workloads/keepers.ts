import { sayName } from '#kinds/names.ts';
import { sayWorkload } from './say.ts';
import type { Workload } from './workload.ts';

/**
 * Who keeps an object as it is written somewhere else. These are hints for people only, which anybody may write onto an object:
 * nothing is decided by them.
 */
const byLabel: Readonly<Record<string, string>> = {
  'kustomize.toolkit.fluxcd.io/name': 'Flux',
  'helm.toolkit.fluxcd.io/name': 'Flux',
  'argocd.argoproj.io/instance': 'Argo CD',
};
const byAnnotation: Readonly<Record<string, string>> = {
  'argocd.argoproj.io/tracking-id': 'Argo CD',
  'meta.helm.sh/release-name': 'Helm',
};
const byManager: Readonly<Record<string, string>> = {
  'argocd-controller': 'Argo CD',
  'argocd-application-controller': 'Argo CD',
  'kustomize-controller': 'Flux',
  'helm-controller': 'Flux',
};

/** By whom it is written from outside of the cluster, as far as can be seen; Helm writes only when somebody runs it. */
export const keeperOf = ({ marks: { labels, annotations, managers } }: Workload): string | undefined => {
  const found = [
    ...managers.flatMap((manager) => (Object.hasOwn(byManager, manager) ? byManager[manager] : undefined) ?? []),
    ...keysIn(byLabel, labels),
    ...keysIn(byAnnotation, annotations),
  ];
  return found[0];
};

const keysIn = (known: Readonly<Record<string, string>>, there: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(known).flatMap(([key, keeper]) => (Object.hasOwn(there, key) ? [keeper] : []));

/** Who would undo what is done to it, for an approver. */
export const undoneBy = (one: Workload): readonly string[] => {
  const keeper = keeperOf(one);
  return [
    ...(one.owner === undefined ? [] : [`${sayWorkload(one)} is made by ${one.owner}, which may undo this.`]),
    ...(keeper === undefined ? [] : [keptBy(one, keeper)]),
  ];
};

const keptBy = (one: Workload, keeper: string): string =>
  keeper === 'Helm'
    ? `${sayWorkload(one)} was written by Helm: the next release of ${sayName(one.marks.annotations['meta.helm.sh/release-name'] ?? 'it')} may undo this.`
    : `${sayWorkload(one)} is kept by ${keeper}: unless what that keeps is changed too, it may undo this.`;
