import { at, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { containersOf, podDocument } from './workload.ts';

export const workloadPrivileged: Rule = {
  name: 'workload-privileged',
  severity: 'critical',
  sources: [podDocument],
  inside: (object) =>
    containersOf(object)
      .filter(({ raw }) => at(raw, 'securityContext', 'privileged') === true)
      .map(({ name, path }) => ({
        key: name,
        says: `a privileged container, which is root on its node: ${quoted(name)}`,
        path: [...path, 'securityContext', 'privileged'],
      })),
};
