import { at } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { podDocument, podSpecOf } from './workload.ts';

const shared = [
  ['hostNetwork', 'the network of the node, past every NetworkPolicy'],
  ['hostPID', 'the processes of the node'],
  ['hostIPC', 'the memory that processes of the node share'],
] as const;

export const workloadHostNamespaces: Rule = {
  name: 'workload-host-namespaces',
  severity: 'critical',
  sources: [podDocument],
  inside: (object) => {
    const { spec, path } = podSpecOf(object);
    return shared
      .filter(([field]) => at(spec, field) === true)
      .map(([field, what]) => ({ key: field, says: `a pod in ${what}: ${field}`, path: [...path, field] }));
  },
};
