import type { Target } from '#domain/plan.ts';
import { apiVersionOf, type Look, type PolicyRule, type Sort } from '#kinds/kind.ts';

export const workKinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
/** What keeps pods going, and makes them anew from a template. */
export type WorkKind = (typeof workKinds)[number];

export const isWorkKind = (kind: string): kind is WorkKind => workKinds.some((one) => one === kind);

const apps = (resource: string, kind: string): Sort => ({
  group: 'apps',
  version: 'v1',
  resource,
  kind,
  namespaced: true,
});

export const sorts: Readonly<Record<WorkKind, Sort>> = {
  Deployment: apps('deployments', 'Deployment'),
  StatefulSet: apps('statefulsets', 'StatefulSet'),
  DaemonSet: apps('daemonsets', 'DaemonSet'),
};

/** What each of them leaves of the templates that it had before. */
export const historySorts: Readonly<Record<WorkKind, Sort>> = {
  Deployment: apps('replicasets', 'ReplicaSet'),
  StatefulSet: apps('controllerrevisions', 'ControllerRevision'),
  DaemonSet: apps('controllerrevisions', 'ControllerRevision'),
};

const typed: Readonly<Record<WorkKind, readonly string[]>> = {
  Deployment: ['deployment', 'deployments', 'deploy'],
  StatefulSet: ['statefulset', 'statefulsets', 'sts'],
  DaemonSet: ['daemonset', 'daemonsets', 'ds'],
};

/** Which of them a word means, as kubectl takes it. */
export const workKindIn = (word: string): WorkKind | undefined =>
  workKinds.find((kind) => typed[kind].includes(word.toLowerCase()));

export const targetIn = (kind: WorkKind, namespace: string, name: string): Target => ({
  apiVersion: apiVersionOf(sorts[kind]),
  kind,
  namespace,
  name,
});

/** Each of them, in the order of their names. */
export const looksAt = (kind: WorkKind, names: readonly string[], namespace: string): readonly Look[] =>
  names.map((name) => ({ type: 'object', target: targetIn(kind, namespace, name) }));

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)].sort();

/** It changes what is there, and patches only to give the ownership of fields back. */
export const changes = (kinds: readonly WorkKind[]): PolicyRule => ({
  apiGroups: ['apps'],
  resources: unique(kinds.map((kind) => sorts[kind].resource)),
  verbs: ['update', 'patch', 'get'],
});

export const listsHistory = (kinds: readonly WorkKind[]): PolicyRule => ({
  apiGroups: ['apps'],
  resources: unique(kinds.map((kind) => historySorts[kind].resource)),
  verbs: ['list'],
});
