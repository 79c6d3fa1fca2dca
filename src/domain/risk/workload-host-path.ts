import { at, listAt, quoted, textAt } from './read.ts';
import type { Rule } from './rule.ts';
import { podSpecOf } from './workload.ts';

export const workloadHostPath: Rule = {
  name: 'workload-host-path',
  severity: 'critical',
  inside: (object) =>
    listAt(podSpecOf(object), 'volumes')
      .filter((volume) => at(volume, 'hostPath') !== undefined)
      .map((volume) => textAt(volume, 'hostPath', 'path'))
      .map((path) => ({ key: path, says: `a folder of the node inside the pod: ${quoted(path)}` })),
};
