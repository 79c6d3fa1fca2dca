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

/** What whoever counts it must hold. What is protected among it is looked over anyway. */
export const listsWhatGoes: readonly PolicyRule[] = [...Map.groupBy(workSorts, ({ group }) => group)]
  .toSorted(([one], [other]) => (one < other ? -1 : 1))
  .map(([group, sorts]) => ({
    apiGroups: [group],
    resources: sorts.map(({ resource }) => resource).toSorted(),
    verbs: ['list'],
  }));
