import { at, itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ofPod, podDocument, podSpecsOf } from './workload.ts';

export const workloadHostPath: Rule = {
  name: 'workload-host-path',
  severity: 'critical',
  sources: [podDocument],
  inside: (object) =>
    podSpecsOf(object).flatMap((pod) =>
      itemsAt(pod.spec, 'volumes')
        .filter(({ item }) => at(item, 'hostPath') !== undefined)
        .map(({ item, path }) => {
          const folder = textAt(item, 'hostPath', 'path');
          const says = `a folder of the node inside the pod${ofPod(pod)}: ${quoted(folder)}`;
          return { key: `${pod.name} ${folder}`, says, path: [...pod.path, ...path, 'hostPath'] };
        }),
    ),
};
