import { at } from './read.ts';
import type { Rule } from './rule.ts';
import { podSpecOf } from './workload.ts';

const shared = [
  ['hostNetwork', 'the network of the node, past every NetworkPolicy'],
  ['hostPID', 'the processes of the node'],
  ['hostIPC', 'the memory that processes of the node share'],
] as const;

export const workloadHostNamespaces: Rule = {
  name: 'workload-host-namespaces',
  severity: 'critical',
  inside: (object) =>
    shared
      .filter(([field]) => at(podSpecOf(object), field) === true)
      .map(([field, what]) => ({ key: field, says: `a pod in ${what}: ${field}` })),
};
