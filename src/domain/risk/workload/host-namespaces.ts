import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ofPod, podDocument, podSpecsOf } from './workload.ts';

const shared = [
  ['hostNetwork', 'the network of the node, past every NetworkPolicy'],
  ['hostPID', 'the processes of the node'],
  ['hostIPC', 'the memory that processes of the node share'],
] as const;

export const workloadHostNamespaces: Rule = {
  name: 'workload-host-namespaces',
  severity: 'critical',
  sources: [podDocument],
  inside: (object) =>
    podSpecsOf(object).flatMap((pod) =>
      shared
        .filter(([field]) => at(pod.spec, field) === true)
        .map(([field, what]) => ({
          key: `${pod.name} ${field}`,
          says: `a pod in ${what}: ${field}${ofPod(pod)}`,
          path: [...pod.path, field],
        })),
    ),
};
