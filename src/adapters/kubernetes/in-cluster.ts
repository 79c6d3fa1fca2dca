import type { ClusterSource } from './credentials.ts';
import type { Load } from './kubeconfig.ts';
import { readPod } from './plain-credentials.ts';

/** The ServiceAccount of the pod that we run in, read anew each time. */
export const loadInCluster =
  ({ root = '', at }: Extract<ClusterSource, { type: 'in-cluster' }>): Load =>
  () =>
    readPod(root, at);
