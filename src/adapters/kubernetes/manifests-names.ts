import { markersBeside } from '#use-cases/home.ts';

/** Where Hallpass lives, and what everything of its installation is labelled with: never as its grants are. */
export const home = 'hallpass';
/** Beside it: all that the worker may write of Hallpass's own, so that it can touch neither policy nor trusted keys. */
export const markersHome = markersBeside(home);
export const image = 'ghcr.io/hallpass/hallpass:0.1.0';
export const rbacGroup = 'rbac.authorization.k8s.io';
export const rbacVersion = `${rbacGroup}/v1`;

/** `app.kubernetes.io/managed-by: hallpass` is what grants carry and the sweep ends; the installation must not. */
export const labels = (component: string) => ({
  'app.kubernetes.io/name': 'hallpass',
  'app.kubernetes.io/component': component,
});

export const serviceAccount = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: `hallpass-${name}`, namespace: home, labels: labels(name) },
});

export const accountOf = (name: string) => [{ kind: 'ServiceAccount', name: `hallpass-${name}`, namespace: home }];

export const clusterRole = (component: string, name: string, rules: readonly RuleText[]) => ({
  apiVersion: rbacVersion,
  kind: 'ClusterRole',
  metadata: { name, labels: labels(component) },
  rules,
});

export const clusterRoleBinding = (component: string, name: string) => ({
  apiVersion: rbacVersion,
  kind: 'ClusterRoleBinding',
  metadata: { name, labels: labels(component) },
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
  subjects: accountOf(component),
});

/** Several of one process run on several nodes, if it can be. */
export const spreadOverNodes = (component: string) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      // Two on one node are better than one.
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels(component) },
    },
  ],
});

export const oneStays = (component: string) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: `hallpass-${component}`, namespace: home, labels: labels(component) },
  spec: {
    minAvailable: 1,
    // While Slack or a webhook is away none is ready: a node is drained all the same.
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: labels(component) },
  },
});

export type RuleText = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Only objects of these names; all when absent. It narrows neither `create` nor `list`. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};

/** Powers that would make the API server's own ceiling moot: with one of them a worker could grant anything. */
const unbounded = ['*', 'escalate', 'bind', 'impersonate'];

/** Throws for a rule that nobody may have from us, whatever kind asks for it. */
export const bounded = (rules: readonly RuleText[]): readonly RuleText[] => {
  for (const { apiGroups, resources, verbs } of rules) {
    const bad = [...apiGroups, ...resources, ...verbs].find((word) => unbounded.includes(word));
    if (bad !== undefined)
      throw new Error(`A kind needs "${bad}" on ${resources.join(', ')}: then nothing bounds what can be granted.`);
  }
  return rules;
};

/** Asking about anybody's access, and seeing namespaces: what both processes do all the time. */
export const looking: readonly RuleText[] = [
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list'] },
];
