import { at, itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { podDocument, podSpecOf } from './workload.ts';

export const workloadHostPath: Rule = {
  name: 'workload-host-path',
  severity: 'critical',
  sources: [podDocument],
  inside: (object) => {
    const { spec, path } = podSpecOf(object);
    return itemsAt(spec, 'volumes')
      .filter(({ item }) => at(item, 'hostPath') !== undefined)
      .map(({ item, path: inner }) => {
        const folder = textAt(item, 'hostPath', 'path');
        const says = `a folder of the node inside the pod: ${quoted(folder)}`;
        return { key: folder, says, path: [...path, ...inner, 'hostPath'] };
      });
  },
};
