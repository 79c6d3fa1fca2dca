import type { PolicyRule, Sort } from './kind.ts';

const sort = (group: string, resource: string, kind: string): Sort => ({
  group,
  version: 'v1',
  resource,
  kind,
  namespaced: true,
});

/** What runs in a namespace, and what it keeps: so many of each go with it. Never Secrets: to list those is to read them. */
export const workSorts: readonly Sort[] = [
  sort('apps', 'deployments', 'Deployment'),
  sort('apps', 'statefulsets', 'StatefulSet'),
  sort('apps', 'daemonsets', 'DaemonSet'),
  sort('batch', 'cronjobs', 'CronJob'),
  sort('batch', 'jobs', 'Job'),
  sort('', 'services', 'Service'),
  sort('', 'pods', 'Pod'),
  sort('', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
];

/** What whoever counts it must hold; `beside` are sorts of which some are protected. */
export const listsWhatGoes = (beside: readonly Pick<Sort, 'group' | 'resource'>[]): readonly PolicyRule[] => {
  const all = Map.groupBy([...beside, ...workSorts], ({ group }) => group);
  return [...all.keys()].sort().map((group) => ({
    apiGroups: [group],
    resources: [...new Set(all.get(group)?.map(({ resource }) => resource))].sort(),
    verbs: ['list'],
  }));
};
