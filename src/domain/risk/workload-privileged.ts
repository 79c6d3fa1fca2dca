import { at, quoted } from './read.ts';
import type { Rule } from './rule.ts';
import { containersOf } from './workload.ts';

export const workloadPrivileged: Rule = {
  name: 'workload-privileged',
  severity: 'critical',
  inside: (object) =>
    containersOf(object)
      .filter(({ raw }) => at(raw, 'securityContext', 'privileged') === true)
      .map(({ name }) => ({ key: name, says: `a privileged container, which is root on its node: ${quoted(name)}` })),
};
